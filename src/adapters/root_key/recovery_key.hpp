#pragma once
#include <memory>
#include <string>

#include "ports/key_wrapper.hpp"

namespace valetkey::adapters::root_key {

/// An RSA key, opaque here.
class RsaKey;

/// A public key whose private half lies offline: wraps every data key too (RSA-OAEP with SHA-256, RFC 8017 7.1; the context is its
/// label), so that losing the root key is not losing the store (S42). Opens nothing. Thread safe.
class RecoveryPublicKey final : public ports::KeyWrapper {
 public:
  /// `pem` is what `openssl pkey -pubout` prints, RSA of at least 2048 bits. kKeyUnavailable says what is wrong, above all for a private
  /// key, which must not be on this machine.
  static model::Result<std::unique_ptr<RecoveryPublicKey>> from_pem(const std::string& pem);
  ~RecoveryPublicKey() override;

  [[nodiscard]] std::string current() const override { return name_; }
  ports::Answer<std::string> wrap(const model::Secret& key, std::string context) override;
  ports::Answer<model::Secret> unwrap(std::string root, std::string wrapped, std::string context) override;

 private:
  RecoveryPublicKey(std::unique_ptr<RsaKey> key, std::string name);
  std::unique_ptr<RsaKey> key_;
  std::string name_;
};

/// For the day when the root key is lost: opens with the recovery key's private half, wraps by new root keys. A key ring on it that
/// rewraps all needs the recovery key no more.
class RecoveryPrivateKey final : public ports::KeyWrapper {
 public:
  /// `pem` without a passphrase. `roots` outlives this.
  static model::Result<std::unique_ptr<RecoveryPrivateKey>> from_pem(const model::Secret& pem, ports::KeyWrapper& roots);
  ~RecoveryPrivateKey() override;

  [[nodiscard]] std::string current() const override { return roots_.current(); }
  ports::Answer<std::string> wrap(const model::Secret& key, std::string context) override;
  ports::Answer<model::Secret> unwrap(std::string root, std::string wrapped, std::string context) override;

 private:
  RecoveryPrivateKey(std::unique_ptr<RsaKey> key, std::string name, ports::KeyWrapper& roots);
  std::unique_ptr<RsaKey> key_;
  std::string name_;
  ports::KeyWrapper& roots_;
};

}  // namespace valetkey::adapters::root_key
