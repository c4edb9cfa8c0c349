#include "adapters/root_key/recovery_key.hpp"

#include <fmt/format.h>

#include "adapters/root_key/rsa_key.hpp"

namespace valetkey::adapters::root_key {
namespace {

using model::Code;

constexpr int kFewestBits = 2048;

std::string name_of(const RsaKey& key) { return "recovery-" + key.fingerprint(); }

std::unexpected<model::Error> unusable(std::string_view why) {
  return model::fail(Code::kKeyUnavailable, fmt::format("read the recovery key: {}", why));
}

/// What is wrong with a key that was read, or nothing.
std::optional<std::string> objection_to(const RsaKey& key) {
  if (!key.is_rsa()) return "it is not an RSA key; no other kind is supported yet";
  if (key.bits() < kFewestBits) return fmt::format("it has {} bits; at least {} are needed", key.bits(), kFewestBits);
  return std::nullopt;
}

}  // namespace

RecoveryPublicKey::RecoveryPublicKey(std::unique_ptr<RsaKey> key, std::string name) : key_(std::move(key)), name_(std::move(name)) {}
RecoveryPublicKey::~RecoveryPublicKey() = default;

model::Result<std::unique_ptr<RecoveryPublicKey>> RecoveryPublicKey::from_pem(const std::string& pem) {
  if (pem.find("PRIVATE KEY") != std::string::npos)
    return unusable("it is a private key; keep that offline, and give what openssl pkey -pubout prints of it");
  auto key = RsaKey::from_pem(pem, RsaKey::Half::kPublic);
  if (!key) return unusable("it is not a public key in PEM (-----BEGIN PUBLIC KEY-----)");
  if (const auto objection = objection_to(*key)) return unusable(*objection);
  auto name = name_of(*key);
  return std::unique_ptr<RecoveryPublicKey>(new RecoveryPublicKey(std::make_unique<RsaKey>(std::move(*key)), std::move(name)));
}

ports::Answer<std::string> RecoveryPublicKey::wrap(const model::Secret& key, std::string context) {
  auto wrapped = key_->encrypt(key.reveal(), context);
  if (!wrapped) co_return model::fail(Code::kKeyUnavailable, fmt::format("the recovery key {} encrypts nothing", name_));
  co_return std::move(*wrapped);
}

ports::Answer<model::Secret> RecoveryPublicKey::unwrap(std::string root, std::string, std::string) {
  co_return model::fail(Code::kKeyUnavailable, fmt::format("{} is kept offline", root));
}

RecoveryPrivateKey::RecoveryPrivateKey(std::unique_ptr<RsaKey> key, std::string name, ports::KeyWrapper& roots)
    : key_(std::move(key)),
      name_(std::move(name)),
      roots_(roots) {}
RecoveryPrivateKey::~RecoveryPrivateKey() = default;

model::Result<std::unique_ptr<RecoveryPrivateKey>> RecoveryPrivateKey::from_pem(const model::Secret& pem, ports::KeyWrapper& roots) {
  auto key = RsaKey::from_pem(pem.reveal(), RsaKey::Half::kPrivate);
  if (!key) return unusable("it is not a private key in PEM without a passphrase");
  if (const auto objection = objection_to(*key)) return unusable(*objection);
  auto name = name_of(*key);
  return std::unique_ptr<RecoveryPrivateKey>(new RecoveryPrivateKey(std::make_unique<RsaKey>(std::move(*key)), std::move(name), roots));
}

ports::Answer<std::string> RecoveryPrivateKey::wrap(const model::Secret& key, std::string context) {
  return roots_.wrap(key, std::move(context));
}

ports::Answer<model::Secret> RecoveryPrivateKey::unwrap(std::string root, std::string wrapped, std::string context) {
  if (root != name_) co_return co_await roots_.unwrap(std::move(root), std::move(wrapped), std::move(context));
  auto key = key_->decrypt(wrapped, context);
  if (!key) co_return model::fail(Code::kKeyUnavailable, fmt::format("{} does not open these bytes: they were changed or moved", root));
  co_return std::move(*key);
}

}  // namespace valetkey::adapters::root_key
