#pragma once
#include <boost/json/object.hpp>
#include <memory>
#include <string>
#include <string_view>

struct evp_pkey_st;

namespace valetkey::test {

/// A private key that signs as applications do; made with OpenSSL alone, apart from the code under test.
class SigningKey {
 public:
  static SigningKey rsa(int bits = 2048);
  static SigningKey ec(const char* group);  ///< P-256, P-384, P-521
  static SigningKey ed25519();

  [[nodiscard]] std::string public_pem() const;
  [[nodiscard]] std::string spki() const;          ///< DER
  [[nodiscard]] std::string raw_public() const;    ///< Ed25519
  [[nodiscard]] boost::json::object jwk(std::string_view kid) const;
  /// A certificate of this key for a DNS name, signed by itself; valid from the day before 2026 until so many seconds after its beginning.
  [[nodiscard]] std::string certificate_pem(const std::string& name, long seconds) const;
  [[nodiscard]] evp_pkey_st* get() const { return key_.get(); }

  /// `digest` null for Ed25519. ECDSA in DER.
  [[nodiscard]] std::string sign(const char* digest, std::string_view message, bool pss = false) const;
  /// A compact JWS over the two JSON texts, by `alg`: RS256, PS256, ES256, ES384, EdDSA.
  [[nodiscard]] std::string token(std::string_view alg, std::string_view header, std::string_view claims) const;

 private:
  explicit SigningKey(evp_pkey_st* key);
  std::shared_ptr<evp_pkey_st> key_;
};

/// HMAC, raw. `digest`: SHA1, SHA256, ...
std::string mac(const char* digest, std::string_view key, std::string_view message);
/// A compact JWS by HS256, HS384, HS512.
std::string mac_token(std::string_view alg, std::string_view key, std::string_view header, std::string_view claims);

}  // namespace valetkey::test
