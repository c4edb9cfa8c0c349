#include "support/signing_key.hpp"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include <boost/json.hpp>
#include <stdexcept>

#include "model/encoding.hpp"

namespace valetkey::test {
namespace {

const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

std::string number(EVP_PKEY* key, const char* name, int size = 0) {
  BIGNUM* value = nullptr;
  if (EVP_PKEY_get_bn_param(key, name, &value) != 1) throw std::runtime_error("no such number in the key");
  std::string out(static_cast<std::size_t>(size > 0 ? size : BN_num_bytes(value)), '\0');
  BN_bn2binpad(value, reinterpret_cast<unsigned char*>(out.data()), static_cast<int>(out.size()));
  BN_free(value);
  return out;
}

/// DER to r and s side by side.
std::string side_by_side(const std::string& der, int half) {
  const auto* at = bytes_of(der);
  ECDSA_SIG* pair = d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size()));
  std::string out(static_cast<std::size_t>(2 * half), '\0');
  auto* to = reinterpret_cast<unsigned char*>(out.data());
  BN_bn2binpad(ECDSA_SIG_get0_r(pair), to, half);
  BN_bn2binpad(ECDSA_SIG_get0_s(pair), to + half, half);
  ECDSA_SIG_free(pair);
  return out;
}

std::string signing_input(std::string_view header, std::string_view claims) {
  return model::to_base64url(header) + "." + model::to_base64url(claims);
}

const char* digest_of(std::string_view alg) {
  if (alg == "EdDSA") return nullptr;
  if (alg.ends_with("256")) return "SHA256";
  return alg.ends_with("384") ? "SHA384" : "SHA512";
}

}  // namespace

SigningKey::SigningKey(EVP_PKEY* key) : key_(key, &EVP_PKEY_free) {
  if (key == nullptr) throw std::runtime_error("no key was made");
}

SigningKey SigningKey::rsa(int bits) { return SigningKey(EVP_RSA_gen(static_cast<unsigned>(bits))); }
SigningKey SigningKey::ec(const char* group) { return SigningKey(EVP_EC_gen(group)); }
SigningKey SigningKey::ed25519() { return SigningKey(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")); }

std::string SigningKey::public_pem() const {
  BIO* bio = BIO_new(BIO_s_mem());
  PEM_write_bio_PUBKEY(bio, key_.get());
  char* data = nullptr;
  const auto size = BIO_get_mem_data(bio, &data);
  std::string out(data, static_cast<std::size_t>(size));
  BIO_free(bio);
  return out;
}

std::string SigningKey::spki() const {
  unsigned char* der = nullptr;
  const auto size = i2d_PUBKEY(key_.get(), &der);
  std::string out(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size));
  OPENSSL_free(der);
  return out;
}

std::string SigningKey::raw_public() const {
  std::string out(32, '\0');
  std::size_t size = out.size();
  EVP_PKEY_get_raw_public_key(key_.get(), reinterpret_cast<unsigned char*>(out.data()), &size);
  return out;
}

boost::json::object SigningKey::jwk(std::string_view kid) const {
  using model::to_base64url;
  auto* const key = key_.get();
  switch (EVP_PKEY_get_base_id(key)) {
    case EVP_PKEY_RSA:
      return {{"kty", "RSA"},
              {"kid", kid},
              {"n", to_base64url(number(key, OSSL_PKEY_PARAM_RSA_N))},
              {"e", to_base64url(number(key, OSSL_PKEY_PARAM_RSA_E))}};
    case EVP_PKEY_EC: {
      const auto size = (EVP_PKEY_get_bits(key) + 7) / 8;
      return {{"kty", "EC"},
              {"kid", kid},
              {"crv", "P-" + std::to_string(EVP_PKEY_get_bits(key))},
              {"x", to_base64url(number(key, OSSL_PKEY_PARAM_EC_PUB_X, size))},
              {"y", to_base64url(number(key, OSSL_PKEY_PARAM_EC_PUB_Y, size))}};
    }
    default: return {{"kty", "OKP"}, {"kid", kid}, {"crv", "Ed25519"}, {"x", to_base64url(raw_public())}};
  }
}

std::string SigningKey::certificate_pem(const std::string& name, long seconds) const {
  constexpr long kBegin2026 = 1'767'225'600;
  const std::unique_ptr<X509, decltype(&X509_free)> made(X509_new(), &X509_free);
  auto* const x = made.get();
  X509_set_version(x, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(x), 1);
  ASN1_TIME_set(X509_getm_notBefore(x), kBegin2026 - 86'400);
  ASN1_TIME_set(X509_getm_notAfter(x), kBegin2026 + seconds);
  X509_set_pubkey(x, key_.get());
  auto* subject = X509_get_subject_name(x);
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  X509_set_issuer_name(x, subject);
  X509_EXTENSION* names = X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, ("DNS:" + name).c_str());
  X509_add_ext(x, names, -1);
  X509_EXTENSION_free(names);
  if (X509_sign(x, key_.get(), EVP_sha256()) == 0) throw std::runtime_error("no certificate was signed");
  BIO* bio = BIO_new(BIO_s_mem());
  PEM_write_bio_X509(bio, x);
  char* data = nullptr;
  const auto size = BIO_get_mem_data(bio, &data);
  std::string out(data, static_cast<std::size_t>(size));
  BIO_free(bio);
  return out;
}

std::string SigningKey::sign(const char* digest, std::string_view message, bool pss) const {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  EVP_PKEY_CTX* of_key = nullptr;
  EVP_DigestSignInit_ex(context, &of_key, digest, nullptr, nullptr, key_.get(), nullptr);
  if (pss) {
    EVP_PKEY_CTX_set_rsa_padding(of_key, RSA_PKCS1_PSS_PADDING);
    EVP_PKEY_CTX_set_rsa_pss_saltlen(of_key, RSA_PSS_SALTLEN_DIGEST);
  }
  std::size_t size = 0;
  EVP_DigestSign(context, nullptr, &size, bytes_of(message), message.size());
  std::string out(size, '\0');
  if (EVP_DigestSign(context, reinterpret_cast<unsigned char*>(out.data()), &size, bytes_of(message), message.size()) != 1)
    throw std::runtime_error("nothing was signed");
  out.resize(size);
  EVP_MD_CTX_free(context);
  return out;
}

std::string SigningKey::token(std::string_view alg, std::string_view header, std::string_view claims) const {
  const auto input = signing_input(header, claims);
  auto signature = sign(digest_of(alg), input, alg.starts_with("PS"));
  if (alg == "ES256") signature = side_by_side(signature, 32);
  if (alg == "ES384") signature = side_by_side(signature, 48);
  return input + "." + model::to_base64url(signature);
}

std::string mac(const char* digest, std::string_view key, std::string_view message) {
  std::string out(EVP_MAX_MD_SIZE, '\0');
  std::size_t size = 0;
  EVP_Q_mac(nullptr, "HMAC", nullptr, digest, nullptr, key.data(), key.size(), bytes_of(message), message.size(),
            reinterpret_cast<unsigned char*>(out.data()), out.size(), &size);
  out.resize(size);
  return out;
}

std::string mac_token(std::string_view alg, std::string_view key, std::string_view header, std::string_view claims) {
  const auto input = signing_input(header, claims);
  return input + "." + model::to_base64url(mac(digest_of(alg), key, input));
}

}  // namespace valetkey::test
