// Base64, hex and percent escapes: what is accepted has one spelling, and every byte string survives.
#include <boost/json.hpp>
#include "model/encoding.hpp"
#include "model/json_reader.hpp"

#include "fuzz/property.hpp"

namespace {

using valetkey::fuzz::require;
namespace json = boost::json;
namespace model = valetkey::model;

std::string lower(std::string_view text) {
  std::string out(text);
  for (auto& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

void decode_and_encode(std::string_view text) {
  if (const auto bytes = model::from_base64(text)) require(model::to_base64(*bytes) == text, "base64 has one spelling");
  if (const auto bytes = model::from_base64url(text)) require(model::to_base64url(*bytes) == text, "base64url has one spelling");
  if (const auto bytes = model::from_hex(text)) require(model::to_hex(*bytes) == lower(text), "hex has one spelling but for case");

  require(model::from_base64(model::to_base64(text)) == text, "bytes survive base64");
  require(model::from_base64url(model::to_base64url(text)) == text, "bytes survive base64url");
  require(model::from_hex(model::to_hex(text)) == text, "bytes survive hex");
  const auto utf8 = model::as_utf8(text);
  require(utf8.size() == text.size() && model::as_utf8(utf8) == utf8, "what was made UTF-8 is UTF-8");
  require(model::parse_json(json::serialize(json::value(utf8))).has_value(), "UTF-8 may stand in JSON");
  const auto escaped = model::percent_encode(text);
  require(model::percent_decode(escaped) == text, "bytes survive percent escapes");
  require(escaped.find_first_of("/?#&=+@:;{} \\") == std::string::npos, "an escaped text holds no delimiter");
}

}  // namespace

VALETKEY_FUZZ_TARGET(decode_and_encode)
