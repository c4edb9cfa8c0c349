#pragma once
#include <boost/json/object.hpp>
#include <memory>
#include <string_view>

#include "model/error.hpp"
#include "services/service_document.hpp"

struct evp_pkey_st;

namespace valetkey::services::verify {

/// A public key of one of the kinds that are used here: RSA of 2048 to 8192 bits, EC on P-256 or P-384, Ed25519. Immutable; copies share
/// it.
class PublicKey {
 public:
  enum class Type { kRsa, kP256, kP384, kEd25519 };

  /// DER SubjectPublicKeyInfo (RFC 5280 4.1). Like all of these: kInvalidInput says what is wrong.
  static model::Result<PublicKey> from_spki(std::string_view der);
  /// PEM: PUBLIC KEY, RSA PUBLIC KEY, or the first CERTIFICATE.
  static model::Result<PublicKey> from_pem(std::string_view text);
  /// The 32 bytes of RFC 8032.
  static model::Result<PublicKey> from_ed25519(std::string_view bytes);
  /// RFC 7517: RSA, EC with crv P-256 or P-384, OKP with crv Ed25519 (RFC 8037). Never `oct`: a published key is no secret.
  static model::Result<PublicKey> from_jwk(const boost::json::object& jwk);
  /// Takes over a key that OpenSSL made; null is refused.
  static model::Result<PublicKey> of(evp_pkey_st* key);

  [[nodiscard]] Type type() const { return type_; }

  /// Whether this key signed `message`; false where the algorithm is not of its kind. ECDSA signatures in DER, as webhooks send them.
  [[nodiscard]] bool verifies(AsymmetricAlgorithm algorithm, std::string_view signature, std::string_view message) const;
  /// As JWS writes it (RFC 7518 3.4: r and s side by side). False for the algorithms with a secret.
  [[nodiscard]] bool verifies(JwtAlgorithm algorithm, std::string_view signature, std::string_view message) const;

 private:
  PublicKey(std::shared_ptr<evp_pkey_st> key, Type type) : key_(std::move(key)), type_(type) {}

  std::shared_ptr<evp_pkey_st> key_;
  Type type_;
};

}  // namespace valetkey::services::verify
