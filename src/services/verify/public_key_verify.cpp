#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include <optional>

#include "services/verify/public_key.hpp"

namespace valetkey::services::verify {
namespace {

enum class Padding { kNone, kPkcs1, kPss };

struct Rule {
  PublicKey::Type type;
  const char* digest;        ///< null: the algorithm has its own
  Padding padding = Padding::kNone;
  std::size_t half = 0;      ///< bytes of r and of s, side by side; 0: DER
};

Rule rule_of(AsymmetricAlgorithm algorithm) {
  using Type = PublicKey::Type;
  switch (algorithm) {
    case AsymmetricAlgorithm::kEd25519: return {Type::kEd25519, nullptr};
    case AsymmetricAlgorithm::kEcdsaP256: return {Type::kP256, "SHA256"};
    case AsymmetricAlgorithm::kEcdsaP384: return {Type::kP384, "SHA384"};
    case AsymmetricAlgorithm::kRsaSha1: return {Type::kRsa, "SHA1", Padding::kPkcs1};
    case AsymmetricAlgorithm::kRsaSha256: return {Type::kRsa, "SHA256", Padding::kPkcs1};
    case AsymmetricAlgorithm::kRsaPssSha512: return {Type::kRsa, "SHA512", Padding::kPss};
  }
  return {Type::kEd25519, nullptr};
}

std::optional<Rule> rule_of(JwtAlgorithm algorithm) {
  using Type = PublicKey::Type;
  switch (algorithm) {
    case JwtAlgorithm::kRs256: return Rule{Type::kRsa, "SHA256", Padding::kPkcs1};
    case JwtAlgorithm::kRs384: return Rule{Type::kRsa, "SHA384", Padding::kPkcs1};
    case JwtAlgorithm::kRs512: return Rule{Type::kRsa, "SHA512", Padding::kPkcs1};
    case JwtAlgorithm::kPs256: return Rule{Type::kRsa, "SHA256", Padding::kPss};
    case JwtAlgorithm::kEs256: return Rule{Type::kP256, "SHA256", Padding::kNone, 32};
    case JwtAlgorithm::kEs384: return Rule{Type::kP384, "SHA384", Padding::kNone, 48};
    case JwtAlgorithm::kEdDsa: return Rule{Type::kEd25519, nullptr};
    case JwtAlgorithm::kHs256:
    case JwtAlgorithm::kHs384:
    case JwtAlgorithm::kHs512: return std::nullopt;
  }
  return std::nullopt;
}

const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data() ? text.data() : ""); }

/// r and s side by side as DER; empty where the length is not that of the curve.
std::string der_of(std::string_view signature, std::size_t half) {
  if (signature.size() != 2 * half) return {};
  const std::unique_ptr<ECDSA_SIG, decltype(&ECDSA_SIG_free)> pair(ECDSA_SIG_new(), &ECDSA_SIG_free);
  auto* r = BN_bin2bn(bytes_of(signature), static_cast<int>(half), nullptr);
  auto* s = BN_bin2bn(bytes_of(signature.substr(half)), static_cast<int>(half), nullptr);
  if (!pair || r == nullptr || s == nullptr || ECDSA_SIG_set0(pair.get(), r, s) != 1) {
    BN_free(r);
    BN_free(s);
    return {};
  }
  unsigned char* der = nullptr;
  const auto length = i2d_ECDSA_SIG(pair.get(), &der);
  if (length <= 0) return {};
  std::string out(reinterpret_cast<const char*>(der), static_cast<std::size_t>(length));
  OPENSSL_free(der);
  return out;
}

bool set_padding(EVP_PKEY_CTX* context, Padding padding) {
  if (padding == Padding::kNone) return true;
  if (padding == Padding::kPkcs1) return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1;
  // RFC 7518 3.5 and RFC 9421 3.3.1: the salt is as long as the digest.
  return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1 &&
         EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) == 1;
}

bool is_signed(EVP_PKEY* key, const Rule& rule, std::string_view signature, std::string_view message) {
  const auto der = rule.half == 0 ? std::string() : der_of(signature, rule.half);
  if (rule.half != 0) {
    if (der.empty()) return false;
    signature = der;
  }
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  EVP_PKEY_CTX* key_context = nullptr;
  const bool is_good = context && EVP_DigestVerifyInit_ex(context.get(), &key_context, rule.digest, nullptr, nullptr, key, nullptr) == 1 &&
                       set_padding(key_context, rule.padding) &&
                       EVP_DigestVerify(context.get(), bytes_of(signature), signature.size(), bytes_of(message), message.size()) == 1;
  ERR_clear_error();
  return is_good;
}

}  // namespace

bool PublicKey::verifies(AsymmetricAlgorithm algorithm, std::string_view signature, std::string_view message) const {
  const auto rule = rule_of(algorithm);
  return rule.type == type_ && is_signed(key_.get(), rule, signature, message);
}

bool PublicKey::verifies(JwtAlgorithm algorithm, std::string_view signature, std::string_view message) const {
  const auto rule = rule_of(algorithm);
  return rule && rule->type == type_ && is_signed(key_.get(), *rule, signature, message);
}

}  // namespace valetkey::services::verify
