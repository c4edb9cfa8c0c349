#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include <boost/json.hpp>

#include "model/encoding.hpp"
#include "services/verify/public_key.hpp"

namespace valetkey::services::verify {
namespace {

namespace json = boost::json;

constexpr std::size_t kMostMember = 2048;  // characters; an RSA modulus of 8192 bits has 1366

std::unexpected<model::Error> refuse(std::string_view why) {
  return model::fail(model::Code::kInvalidInput, "read a JWK: " + std::string(why));
}

std::string_view text_of(const json::object& jwk, std::string_view name) {
  const auto* value = jwk.if_contains(name);
  const auto* text = value == nullptr ? nullptr : value->if_string();
  return text == nullptr ? std::string_view{} : std::string_view(*text);
}

std::string bytes_of(const json::object& jwk, std::string_view name) {
  const auto text = text_of(jwk, name);
  return text.size() > kMostMember ? std::string() : model::from_base64url(text).value_or("");
}

using Bignum = std::unique_ptr<BIGNUM, decltype(&BN_free)>;

Bignum number(const std::string& bytes) {
  return {BN_bin2bn(reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()), nullptr), &BN_free};
}

/// The key of type `name` from what is in `builder`; null where that makes none.
EVP_PKEY* made(const char* name, OSSL_PARAM_BLD* builder) {
  const std::unique_ptr<OSSL_PARAM, decltype(&OSSL_PARAM_free)> parameters(OSSL_PARAM_BLD_to_param(builder), &OSSL_PARAM_free);
  const std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)> context(EVP_PKEY_CTX_new_from_name(nullptr, name, nullptr),
                                                                            &EVP_PKEY_CTX_free);
  EVP_PKEY* key = nullptr;
  if (!parameters || !context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters.get()) != 1)
    return nullptr;
  return key;
}

using Builder = std::unique_ptr<OSSL_PARAM_BLD, decltype(&OSSL_PARAM_BLD_free)>;

model::Result<PublicKey> rsa(const json::object& jwk) {
  const auto modulus = bytes_of(jwk, "n");
  const auto exponent = bytes_of(jwk, "e");
  if (modulus.empty() || exponent.empty()) return refuse("`n` and `e` must be base64url");
  const auto n = number(modulus);
  const auto e = number(exponent);
  const Builder builder(OSSL_PARAM_BLD_new(), &OSSL_PARAM_BLD_free);
  if (OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) != 1 ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) != 1)
    return refuse("no memory");
  return PublicKey::of(made("RSA", builder.get()));
}

model::Result<PublicKey> elliptic(const json::object& jwk) {
  const auto curve = text_of(jwk, "crv");
  const std::size_t size = curve == "P-256" ? 32 : curve == "P-384" ? 48 : 0;
  if (size == 0) return refuse("`crv` must be P-256 or P-384");
  const auto x = bytes_of(jwk, "x");
  const auto y = bytes_of(jwk, "y");
  if (x.size() != size || y.size() != size) return refuse("`x` and `y` must be as long as the curve says");
  const auto point = "\x04" + x + y;  // uncompressed (SEC 1, 2.3.3)
  const Builder builder(OSSL_PARAM_BLD_new(), &OSSL_PARAM_BLD_free);
  if (OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, size == 32 ? "prime256v1" : "secp384r1", 0) != 1 ||
      OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()) != 1)
    return refuse("no memory");
  return PublicKey::of(made("EC", builder.get()));
}

}  // namespace

model::Result<PublicKey> PublicKey::from_jwk(const json::object& jwk) {
  const auto type = text_of(jwk, "kty");
  if (type == "RSA") return rsa(jwk);
  if (type == "EC") return elliptic(jwk);
  if (type == "OKP" && text_of(jwk, "crv") == "Ed25519") return from_ed25519(bytes_of(jwk, "x"));
  return refuse("`kty` must be RSA, EC or OKP with Ed25519");
}

}  // namespace valetkey::services::verify
