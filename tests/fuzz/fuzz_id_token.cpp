// ID tokens: whatever is accepted was made for this request (OpenID Connect Core 3.1.3.7).
#include "oauth/id_token.hpp"

#include <boost/json.hpp>

#include "fuzz/property.hpp"
#include "model/digest.hpp"
#include "model/encoding.hpp"

namespace {

using valetkey::fuzz::require;
namespace json = boost::json;
namespace model = valetkey::model;

constexpr model::WallTime kNow{std::chrono::sys_days{std::chrono::January / 1 / 2026}};

const valetkey::oauth::IdTokenExpectation& expected() {
  static const valetkey::oauth::IdTokenExpectation made{
      .issuer = "https://accounts.example", .client_id = "client-1", .nonce_hash = model::to_hex(model::sha256("nonce-1")), .now = kNow};
  return made;
}

bool names_us(const json::value& audience) {
  if (audience.is_string()) return audience.as_string() == "client-1";
  if (!audience.is_array()) return false;
  return std::ranges::any_of(audience.as_array(), [](const auto& one) { return one.is_string() && one.as_string() == "client-1"; });
}

void check_token(std::string_view token) {
  const auto claims = valetkey::oauth::checked_claims(token, expected());
  if (!claims) return require(claims.error().code == model::Code::kProviderRejected, "a token that is refused ends the flow");
  require(claims->at("iss") == json::value("https://accounts.example"), "the issuer is the one that was asked");
  require(names_us(claims->at("aud")), "the audience is this client");
  require(claims->at("nonce") == json::value("nonce-1"), "the nonce is the one that was sent");
  std::error_code failed;
  const auto expiry = claims->at("exp").to_number<std::int64_t>(failed);
  require(!failed && expiry >= model::to_unix_ms(kNow) / 1000 - 120, "the token is not past");
}

/// A token, or the claims of one.
void read_token(std::string_view text) {
  check_token(text);
  check_token(model::to_base64url(R"({"alg":"RS256"})") + "." + model::to_base64url(text) + ".c2ln");
}

}  // namespace

VALETKEY_FUZZ_TARGET(read_token)
