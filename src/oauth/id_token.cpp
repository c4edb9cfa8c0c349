#include "oauth/id_token.hpp"

#include <boost/json.hpp>

#include "model/digest.hpp"
#include "model/jws.hpp"
#include "model/secret.hpp"

namespace valetkey::oauth {
namespace {

namespace json = boost::json;
using model::fail;

std::unexpected<model::Error> refuse(std::string why) {
  return fail(model::Code::kProviderRejected, "the ID token is not for this request: " + std::move(why));
}

std::string text_of(const json::object& claims, std::string_view name) {
  const auto* value = claims.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string{};
}

bool has_audience(const json::object& claims, const std::string& client_id) {
  const auto* audience = claims.if_contains("aud");
  if (audience == nullptr) return false;
  if (audience->is_string()) return audience->as_string() == client_id;
  if (!audience->is_array()) return false;
  const bool is_named =
      std::ranges::any_of(audience->as_array(), [&](const auto& one) { return one.is_string() && one.as_string() == client_id; });
  // Several audiences: the authorised party must be us (Core 3.1.3.7 points 4 and 5).
  return is_named && (audience->as_array().size() == 1 || text_of(claims, "azp") == client_id);
}

}  // namespace

model::Result<json::object> checked_claims(std::string_view id_token, const IdTokenExpectation& expected) {
  auto token = model::read_jws(id_token);
  if (!token) return refuse("it is not a signed JWT that can be read one way only");
  auto& claims = token->claims.as_object();

  if (!expected.issuer.empty() && text_of(claims, "iss") != expected.issuer) return refuse("`iss` is another issuer");
  if (!has_audience(claims, expected.client_id)) return refuse("`aud` is another client");
  const auto* expiry = claims.if_contains("exp");
  std::error_code failed;
  const auto seconds = expiry != nullptr ? expiry->to_number<std::int64_t>(failed) : 0;
  const auto earliest = std::chrono::ceil<model::Seconds>(expected.now.time_since_epoch() - expected.leeway);
  if (expiry == nullptr || failed || seconds < earliest.count()) return refuse("`exp` is missing or past");
  if (!expected.nonce_hash.empty() && !model::Secret::equals(model::sha256_hex(text_of(claims, "nonce")), expected.nonce_hash))
    return refuse("`nonce` is not the one that was sent");
  return std::move(claims);
}

}  // namespace valetkey::oauth
