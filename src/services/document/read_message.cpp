#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "services/document/parts.hpp"
#include "services/expressions/json_path.hpp"

namespace valetkey::services {
namespace {

using model::JsonReader;
using Of = Piece::Of;

constexpr std::size_t kMostPieces = 32;
constexpr std::size_t kMostNames = 64;
constexpr model::TextLimits kName{.least = 1, .most = 256};

std::vector<std::string> read_paths(JsonReader& reader, std::string_view name, bool is_required) {
  auto out = reader.optional_strings(name, kMostNames, kName).value_or(std::vector<std::string>{});
  if (is_required && out.empty()) reader.error(name, "is required");
  for (const auto& path : out)
    if (!is_path(path)) reader.error(name, fmt::format("{} is no dotted path", path));
  return out;
}

void read_url(JsonReader& reader, Piece& out) {
  auto inner = reader.optional_object("url");
  if (!inner) return;
  out.without_query = inner->optional_bool("without_query").value_or(false);
  out.decode_escapes = inner->optional_bool("decode_escapes").value_or(false);
  inner->finish();
}

void read_sorted_query(JsonReader& reader, Piece& out) {
  auto inner = reader.optional_object("sorted_query");
  if (!inner) return;
  out.pair = inner->string_or("pair", "=");
  out.text = inner->string_or("join", "");
  out.names = inner->optional_strings("without", kMostNames, kName).value_or(std::vector<std::string>{});
  inner->finish();
}

void read_digest(JsonReader& reader, Piece& out) {
  if (const auto text = reader.optional_choice<HashAlgorithm>("digest", spellings<HashAlgorithm>())) out.digest = *text;
  read_choice(reader, "encoding", out.encoding);
}

Piece read_piece(JsonReader& reader, Reading& reading) {
  Piece out;
  const auto which = only_one_of(
      reader, {"const", "header", "query", "form", "body", "parameter", "url", "digest", "sorted_query", "lines", "join", "signed_headers"},
      reading);
  if (which == "const") out = {.of = Of::kConst, .text = reader.required_string(which)};
  else if (which == "header") out = {.of = Of::kHeader, .text = read_header_name(reader, which)};
  else if (which == "query") out = {.of = Of::kQuery, .text = reader.required_string(which, kName)};
  else if (which == "form") out = {.of = Of::kForm, .text = reader.required_string(which, kName)};
  else if (which == "body") out = {.of = Of::kBody, .text = read_path(reader, which)};
  else if (which == "parameter") out = {.of = Of::kParameter, .text = reader.required_string(which, kName)};
  else if (which == "signed_headers") out = {.of = Of::kSignedHeaders, .text = reader.required_string(which, kName)};
  else if (which == "lines") out = {.of = Of::kLines, .text = {}, .pair = {}, .names = read_paths(reader, which, true)};
  else if (which == "join") {
    out = {.of = Of::kJoin, .text = reader.string_or(which, "")};
    out.names = read_paths(reader, "paths", true);
  } else if (which == "url") {
    out.of = Of::kUrl;
    read_url(reader, out);
  } else if (which == "digest") {
    out.of = Of::kDigest;
    read_digest(reader, out);
  } else if (which == "sorted_query") {
    out.of = Of::kSortedQuery;
    read_sorted_query(reader, out);
  }
  if (which == "parameter") reading.parameters.push_back({out.text, model::pointer_to(reader.pointer(), which)});
  reader.finish();
  return out;
}

Piece read_word(std::string_view word, const std::string& pointer, Reading& reading) {
  const auto of = spelled<Of>(word);
  if (!of) reading.fault(pointer, "not one of the accepted pieces: " + spellings_of<Of>());
  Piece out{.of = of.value_or(Of::kRaw)};
  if (out.of == Of::kSignedHeaders) out.text = "h";
  return out;
}

}  // namespace

void read_message(JsonReader& alternative, Alternative& out, Reading& reading) {
  const auto* value = alternative.raw("message");
  if (value == nullptr) return;
  const auto* list = value->if_array();
  if (list == nullptr || list->empty() || list->size() > kMostPieces)
    return alternative.error("message", fmt::format("must be a list of 1 to {} pieces", kMostPieces));
  for (std::size_t i = 0; i < list->size(); ++i) {
    const auto pointer = fmt::format("{}/message/{}", alternative.pointer(), i);
    const auto& item = (*list)[i];
    if (item.is_string()) {
      out.message.push_back(read_word(item.as_string(), pointer, reading));
    } else if (item.is_object()) {
      JsonReader reader(item.as_object(), pointer, reading.errors);
      out.message.push_back(read_piece(reader, reading));
    } else {
      reading.fault(pointer, "must be a word or an object");
    }
  }
}

}  // namespace valetkey::services
