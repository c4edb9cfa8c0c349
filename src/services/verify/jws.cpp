#include "services/verify/jws.hpp"

#include <algorithm>
#include <array>
#include <boost/json.hpp>

#include "model/encoding.hpp"
#include "model/json_reader.hpp"
#include "services/document/spelling.hpp"

namespace valetkey::services::verify {
namespace {

namespace json = boost::json;

constexpr Reason kMalformed = "token_malformed";
constexpr std::size_t kMostKid = 256;

/// nullopt: not an object, or an ambiguous one.
std::optional<json::value> object_in(std::string_view part) {
  const auto text = model::from_base64url(part);
  if (!text) return std::nullopt;
  auto value = model::parse_json(*text);
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

Finding<Jws> parse_jws(std::string_view text) {
  const auto refused = std::unexpected(kMalformed);
  if (text.size() > kMostJwsBytes || std::ranges::count(text, '.') != 2) return refused;
  const auto first = text.find('.');
  const auto second = text.rfind('.');
  const auto header = object_in(text.substr(0, first));
  auto claims = object_in(text.substr(first + 1, second - first - 1));
  auto signature = model::from_base64url(text.substr(second + 1));
  if (!header || !claims || !signature || signature->empty()) return refused;
  const auto& members = header->as_object();
  if (members.contains("crit") || members.contains("b64")) return refused;
  auto algorithm = text_of(members, "alg");
  auto kid = text_of(members, "kid");
  if (!algorithm || algorithm->empty() || !kid || kid->size() > kMostKid) return refused;
  return Jws{.signing_input = text.substr(0, second),
             .signature = std::move(*signature),
             .algorithm = std::move(*algorithm),
             .kid = std::move(*kid),
             .claims = std::move(*claims)};
}

const JwtAlgorithm* allowed_algorithm(const std::vector<JwtAlgorithm>& allowed, std::string_view name) {
  const auto found = std::ranges::find_if(allowed, [&](JwtAlgorithm one) { return spelling(one) == name; });
  return found == allowed.end() ? nullptr : &*found;
}

const HashAlgorithm* secret_digest(JwtAlgorithm algorithm) {
  static constexpr std::array<HashAlgorithm, 3> kDigests{HashAlgorithm::kSha256, HashAlgorithm::kSha384, HashAlgorithm::kSha512};
  switch (algorithm) {
    case JwtAlgorithm::kHs256: return &kDigests[0];
    case JwtAlgorithm::kHs384: return &kDigests[1];
    case JwtAlgorithm::kHs512: return &kDigests[2];
    default: return nullptr;
  }
}

}  // namespace valetkey::services::verify
