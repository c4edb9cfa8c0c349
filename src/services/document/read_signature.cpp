#include <algorithm>

#include "services/document/parts.hpp"

namespace valetkey::services {
namespace {

using model::JsonReader;
using From = SignaturePlace::From;

constexpr model::TextLimits kName{.least = 1, .most = 256};
constexpr model::TextLimits kSeparator{.least = 1, .most = 8};

void read_place(JsonReader& reader, SignaturePlace& out, Reading& reading) {
  const auto which = only_one_of(reader, {"header", "headers", "query", "form", "body", "item", "bearer", "authorization"}, reading);
  if (which == "header" || which == "headers") {
    out.from = which == "header" ? From::kHeader : From::kHeaders;
    out.name = read_header_name(reader, which);
    if (std::ranges::count(out.name, '*') != (which == "headers" ? 1 : 0))
      reader.error(which, which == "headers" ? "must hold one `*`" : "a `*` stands in headers only");
  } else if (which == "query" || which == "form") {
    out.from = which == "query" ? From::kQuery : From::kForm;
    out.name = reader.required_string(which, kName);
  } else if (which == "body" || which == "item") {
    out.from = which == "body" ? From::kBody : From::kItem;
    out.name = read_path(reader, which);
  } else if (!which.empty()) {
    out.from = which == "bearer" ? From::kBearer : From::kAuthorization;
    if (!reader.optional_bool(which).value_or(true)) reader.error(which, "must be true, or absent");
  }
}

void read_grammar(JsonReader& reader, SignaturePlace& out) {
  out.items = reader.string_or("items", "", kSeparator);
  out.pair = reader.string_or("pair", "", kSeparator);
  out.take = reader.string_or("take", "", kName);
  out.prefix = reader.string_or("prefix", "", kName);
  out.optional_prefix = reader.string_or("optional_prefix", "", kName);
  read_choice(reader, "decode", out.decode);
  out.any = reader.optional_bool("any").value_or(false);
  if (!out.take.empty() && out.pair.empty()) reader.error("take", "needs pair");
  if (!out.prefix.empty() && !out.optional_prefix.empty())
    reader.error("optional_prefix", "the prefix cannot be both required and optional");
}

/// What is compared as it stands, or is a token, has no grammar.
void read_plain(JsonReader& reader, SignaturePlace& out, Scheme scheme) {
  if (scheme == Scheme::kJwt) {
    out.optional_prefix = reader.string_or("strip", "", kName);
    return;
  }
  out.prefix = reader.string_or("prefix", "", kName);
  out.optional_prefix = reader.string_or("optional_prefix", "", kName);
}

}  // namespace

void read_signature(JsonReader& alternative, Alternative& out, Reading& reading) {
  if (out.scheme == Scheme::kBasic) {
    if (alternative.raw("signature") != nullptr) alternative.error("signature", "basic reads the Authorization header");
    out.signature.from = From::kAuthorization;
    return;
  }
  auto reader = alternative.optional_object("signature");
  if (!reader) {
    if (!alternative.has("signature")) alternative.error("signature", "is required");
    return;
  }
  read_place(*reader, out.signature, reading);
  const auto has_grammar = out.scheme == Scheme::kHmac || out.scheme == Scheme::kHash || out.scheme == Scheme::kAsymmetric;
  if (has_grammar) read_grammar(*reader, out.signature);
  else read_plain(*reader, out.signature, out.scheme);
  if (out.scheme == Scheme::kUrlSecret && out.signature.from != From::kQuery)
    alternative.error("signature", "url_secret compares a query parameter");
  reader->finish();
}

}  // namespace valetkey::services
