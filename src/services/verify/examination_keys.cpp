#include <fmt/format.h>

#include <boost/json.hpp>

#include "services/verify/examination.hpp"
#include "services/verify/secret_keys.hpp"

namespace valetkey::services::verify {
namespace {

namespace json = boost::json;
using Decode = KeySource::Decode;

constexpr std::string_view kWhat = "key";
constexpr std::size_t kMostTried = 16;  // a verification costs 50 us and more: what a request makes us do is bounded

bool is_ed25519(const Alternative& alternative) {
  if (alternative.scheme == Scheme::kAsymmetric) return alternative.asymmetric == AsymmetricAlgorithm::kEd25519;
  return alternative.algorithms.size() == 1 && alternative.algorithms[0] == JwtAlgorithm::kEdDsa;
}

model::Result<PublicKey> public_key(const Alternative& alternative, std::string_view bytes) {
  constexpr std::size_t kEd25519Bytes = 32;
  const auto decode = alternative.key.decode;
  if (decode == Decode::kUtf8 || decode == Decode::kPem) return PublicKey::from_pem(bytes);
  if (is_ed25519(alternative) && bytes.size() == kEd25519Bytes) return PublicKey::from_ed25519(bytes);
  return PublicKey::from_spki(bytes);
}

}  // namespace

Finding<std::vector<PublicKey>> Examination::public_keys(const KeySet* fetched) {
  if (fetched != nullptr) return fetched_keys(*fetched);
  const auto values = secrets();
  if (!values) return std::unexpected(values.error());
  std::vector<PublicKey> keys;
  for (const auto& value : *values) {
    auto key = public_key(alternative_, value.reveal());
    if (key) keys.push_back(std::move(*key));
    else trace_.passed_over(kWhat, key.error().detail);
    if (keys.size() == kMostTried) break;
  }
  if (keys.empty()) return trace_.rejected("secret_unusable", kWhat, "no value of the secret is a public key that can be read");
  return keys;
}

Finding<std::vector<PublicKey>> Examination::fetched_keys(const KeySet& fetched) {
  const std::string kid = token_ ? token_->kid : "";
  std::vector<PublicKey> keys;
  bool is_expired = false;
  for (const auto& one : fetched) {
    if (!kid.empty() && !one.kid.empty() && one.kid != kid) continue;
    // RFC 7517 4.4: a key may say what it is for.
    if (token_ && !one.algorithm.empty() && one.algorithm != token_->algorithm) continue;
    const auto at = view_.request().received_at;
    if ((one.from && at < *one.from) || (one.until && at >= *one.until)) {
      is_expired = true;
      continue;
    }
    keys.push_back(one.key);
    if (keys.size() == kMostTried) break;
  }
  if (!keys.empty()) return keys;
  if (is_expired) return trace_.rejected("key_expired", kWhat, "its time is over, or has not begun");
  return trace_.rejected("key_unknown", kWhat, fmt::format("none of {} keys is the one that is named", fetched.size()));
}

Finding<std::optional<KeyRequest>> Examination::key_request() {
  const auto& key = alternative_.key;
  if (!key.secret.empty()) return std::nullopt;
  if (!key.endpoint_url.empty()) {
    auto request = endpoint_request();
    if (!request) return std::unexpected(request.error());
    return std::move(*request);
  }
  KeyRequest request{.hosts = key.hosts, .kid = token_ ? token_->kid : "", .path_suffix = key.path_suffix, .names = key.names};
  if (!key.jwks.empty()) {
    request.url = key.jwks;
    return request;
  }
  auto url = text_of(key.certificate_url, with_unverified_claims(view_.facts_for(key.certificate_url)));
  if (!url || url->empty()) return trace_.rejected("key_missing", kWhat, "the request names no certificate");
  request.from = KeyRequest::From::kCertificate;
  request.url = std::move(*url);
  return request;
}

Finding<KeyRequest> Examination::endpoint_request() {
  const auto& key = alternative_.key;
  const json::value named = json::object{{"kid", token_ ? token_->kid : ""}};
  Facts facts{.request = &view_.request(), .values = &view_.values(), .item = &named};
  json::object body;
  for (const auto& [name, text] : key.endpoint_json) {
    auto filled = fill(text, facts);
    if (!filled || filled->empty())
      return trace_.rejected("secret_missing", kWhat, fmt::format("what {} needs is not known: a secret, a parameter or the key id", name));
    body[name] = *filled;
    model::Secret::wipe(*filled);
  }
  KeyRequest request{.from = KeyRequest::From::kEndpoint, .url = key.endpoint_url, .hosts = key.hosts, .kid = token_ ? token_->kid : ""};
  request.method = key.endpoint_method;
  if (!body.empty()) request.body = model::Secret(json::serialize(body));
  request.key_path = key.endpoint_key;
  request.expired_path = key.endpoint_expired;
  return request;
}

}  // namespace valetkey::services::verify
