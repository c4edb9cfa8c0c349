#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "model/secret.hpp"

struct evp_pkey_st;

namespace valetkey::adapters::root_key {

/// An RSA key of OpenSSL. Thread safe.
class RsaKey {
 public:
  enum class Half { kPublic, kPrivate };
  /// nullopt for anything but an unencrypted PEM of that half; never asks for a passphrase.
  static std::optional<RsaKey> from_pem(std::string_view pem, Half half);
  RsaKey(RsaKey&& other) noexcept;
  RsaKey& operator=(RsaKey&&) = delete;
  ~RsaKey();

  [[nodiscard]] bool is_rsa() const;
  [[nodiscard]] int bits() const;
  /// SHA-256 in hex of the public half (SubjectPublicKeyInfo), its first 16 digits.
  [[nodiscard]] std::string fingerprint() const;

  /// RSA-OAEP with SHA-256 and MGF1 with SHA-256. nullopt when OpenSSL refuses.
  [[nodiscard]] std::optional<std::string> encrypt(std::string_view plain, std::string_view label) const;
  [[nodiscard]] std::optional<model::Secret> decrypt(std::string_view encrypted, std::string_view label) const;

 private:
  explicit RsaKey(evp_pkey_st* key) : key_(key) {}
  evp_pkey_st* key_;
};

}  // namespace valetkey::adapters::root_key
