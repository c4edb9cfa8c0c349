#include "services/verify/message_pieces.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <map>
#include <set>

#include "model/encoding.hpp"
#include "model/http_text.hpp"
#include "model/json_reader.hpp"
#include "services/expressions/json_path.hpp"

namespace valetkey::services::verify {

std::string sorted_form(const model::Pairs& form) {
  std::map<std::string_view, std::set<std::string_view>> sorted;
  for (const auto& [name, value] : form) sorted[name].insert(value);
  std::string out;
  for (const auto& [name, values] : sorted)
    for (const auto value : values) out.append(name).append(value);
  return out;
}

std::string sorted_query(const model::Pairs& query, const Piece& piece) {
  std::map<std::string_view, std::string> sorted;
  for (const auto& [name, value] : query) {
    if (std::ranges::find(piece.names, name) != piece.names.end()) continue;
    const auto [at, is_new] = sorted.try_emplace(name, value);
    if (!is_new) at->second.append(",").append(value);
  }
  std::string out;
  bool is_first = true;
  for (const auto& [name, value] : sorted) {
    out.append(is_first ? "" : piece.text).append(name).append(piece.pair).append(value);
    is_first = false;
  }
  return out;
}

std::string lines(const std::vector<std::string>& names, const boost::json::value& body) {
  std::string out;
  for (const auto& name : names) {
    const auto* value = value_at(body, name);
    const auto text = value == nullptr ? std::nullopt : model::scalar_text(*value);
    if (text) out.append(name).append("\n").append(*text).append("\n");
  }
  return out;
}

std::string with_escapes_decoded(std::string_view url) {
  constexpr std::string_view kDecoded = ":/?@!$'()*,;";
  std::string out;
  for (std::size_t i = 0; i < url.size(); ++i) {
    const auto byte = url[i] == '%' && url.size() - i > 2 ? model::from_hex(url.substr(i + 1, 2)) : std::nullopt;
    if (byte && kDecoded.contains((*byte)[0])) {
      out += *byte;
      i += 2;
    } else {
      out += url[i];
    }
  }
  return out;
}

std::vector<std::string> words(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const auto end = text.find(' ');
    if (end != 0) out.push_back(model::lowered(text.substr(0, end)));
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return out;
}

}  // namespace valetkey::services::verify
