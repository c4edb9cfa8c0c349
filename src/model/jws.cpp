#include "model/jws.hpp"

#include <algorithm>
#include <boost/json.hpp>

#include "model/encoding.hpp"
#include "model/json_reader.hpp"

namespace valetkey::model {
namespace {

namespace json = boost::json;

constexpr std::size_t kMostBytes = 1 << 20;
constexpr std::size_t kMostKid = 256;

/// nullopt: not an object, or an ambiguous one.
std::optional<json::value> object_in(std::string_view part) {
  const auto text = from_base64url(part);
  if (!text) return std::nullopt;
  auto value = parse_json(*text);
  if (!value || !value->is_object() || has_repeated_names(*text)) return std::nullopt;
  return std::move(*value);
}

/// Absent is empty; nullopt: something else than text.
std::optional<std::string> text_of(const json::object& header, std::string_view name) {
  const auto* value = header.if_contains(name);
  if (value == nullptr) return std::string();
  const auto* text = value->if_string();
  return text == nullptr ? std::nullopt : std::optional<std::string>(std::string_view(*text));
}

}  // namespace

std::optional<Jws> read_jws(std::string_view text) {
  if (text.size() > kMostBytes || std::ranges::count(text, '.') != 2) return std::nullopt;
  const auto first = text.find('.');
  const auto second = text.rfind('.');
  const auto header = object_in(text.substr(0, first));
  auto claims = object_in(text.substr(first + 1, second - first - 1));
  auto signature = from_base64url(text.substr(second + 1));
  if (!header || !claims || !signature || signature->empty()) return std::nullopt;
  const auto& members = header->as_object();
  if (members.contains("crit") || members.contains("b64")) return std::nullopt;
  auto algorithm = text_of(members, "alg");
  auto kid = text_of(members, "kid");
  if (!algorithm || algorithm->empty() || !kid || kid->size() > kMostKid) return std::nullopt;
  return Jws{.signing_input = text.substr(0, second),
             .signature = std::move(*signature),
             .algorithm = std::move(*algorithm),
             .kid = std::move(*kid),
             .claims = std::move(*claims)};
}

}  // namespace valetkey::model
