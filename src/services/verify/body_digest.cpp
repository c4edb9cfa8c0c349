#include "services/verify/body_digest.hpp"

#include <boost/json.hpp>

#include "model/encoding.hpp"
#include "model/http_text.hpp"
#include "model/json_reader.hpp"
#include "model/secret.hpp"
#include "services/expressions/json_path.hpp"
#include "services/mac.hpp"

namespace valetkey::services::verify {
namespace {

constexpr std::string_view kWhat = "digest of the body";

std::string_view name_of(HashAlgorithm algorithm) {
  switch (algorithm) {
    case HashAlgorithm::kSha1: return "sha";
    case HashAlgorithm::kSha256: return "sha-256";
    case HashAlgorithm::kSha384: return "sha-384";
    case HashAlgorithm::kSha512: return "sha-512";
  }
  return {};
}

/// The digest as bytes; nullopt: there is none that can be read.
std::optional<std::string> told_digest(const BodyDigest& rule, const boost::json::value& claims, RequestView& view) {
  std::optional<std::string> text;
  switch (rule.from) {
    case BodyDigest::From::kClaim:
      if (const auto* value = value_at(claims, rule.name)) text = model::scalar_text(*value);
      break;
    case BodyDigest::From::kQuery:
      if (const auto* query = view.decoded().query)
        if (auto value = model::single_value(*query, rule.name)) text = *value;
      break;
    case BodyDigest::From::kHeader:
      if (const auto value = single_header(view.request(), rule.name)) {
        if (rule.name == "content-digest" || rule.name == "repr-digest") return content_digest(*value, rule.algorithm);
        text = *value;
      }
      break;
  }
  return text ? decoded(rule.encoding, *text) : std::nullopt;
}

}  // namespace

std::optional<std::string> content_digest(std::string_view field, HashAlgorithm algorithm) {
  std::optional<std::string> found;
  int times = 0;
  model::for_each_element(field, [&](std::string_view member) {
    const auto equals = member.find('=');
    if (equals == std::string_view::npos || model::trimmed(member.substr(0, equals)) != name_of(algorithm)) return;
    ++times;
    const auto value = model::trimmed(member.substr(equals + 1));
    if (value.size() > 2 && value.starts_with(':') && value.ends_with(':')) found = model::from_base64(value.substr(1, value.size() - 2));
  });
  return times == 1 ? found : std::nullopt;
}

Finding<void> check_body_digest(const BodyDigest& rule, const boost::json::value& claims, RequestView& view, Trace& trace) {
  const auto told = told_digest(rule, claims, view);
  if (!told) return trace.rejected("body_digest_missing", kWhat, "there is none that can be read");
  const auto digest = digest_of(rule.algorithm, view.request().body);
  if (!model::Secret::equals(*told, digest)) return trace.rejected("body_digest_mismatch", kWhat, "the body is another");
  trace.found(kWhat, [] { return "it is of this body"; });
  return {};
}

}  // namespace valetkey::services::verify
