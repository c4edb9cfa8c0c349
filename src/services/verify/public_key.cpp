#include "services/verify/public_key.hpp"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <array>
#include <optional>

namespace valetkey::services::verify {
namespace {

constexpr int kLeastRsaBits = 2048;
constexpr int kMostRsaBits = 8192;  // a larger one makes a verification expensive for us alone

std::unexpected<model::Error> refuse(std::string why) {
  return model::fail(model::Code::kInvalidInput, "read a public key: " + std::move(why));
}

std::optional<PublicKey::Type> type_of(const EVP_PKEY* key) {
  switch (EVP_PKEY_get_base_id(key)) {
    case EVP_PKEY_RSA: {
      const auto bits = EVP_PKEY_get_bits(key);
      return bits >= kLeastRsaBits && bits <= kMostRsaBits ? std::optional(PublicKey::Type::kRsa) : std::nullopt;
    }
    case EVP_PKEY_ED25519: return PublicKey::Type::kEd25519;
    case EVP_PKEY_EC: {
      std::array<char, 64> name{};
      std::size_t length = 0;
      if (EVP_PKEY_get_group_name(key, name.data(), name.size(), &length) != 1) return std::nullopt;
      const std::string_view group(name.data(), length);
      if (group == "prime256v1" || group == "P-256") return PublicKey::Type::kP256;
      if (group == "secp384r1" || group == "P-384") return PublicKey::Type::kP384;
      return std::nullopt;
    }
    default: return std::nullopt;
  }
}

}  // namespace

model::Result<PublicKey> PublicKey::of(EVP_PKEY* key) {
  // What OpenSSL queued about a text that was no key is of no use to anybody later.
  ERR_clear_error();
  if (key == nullptr) return refuse("it is none that can be read");
  std::shared_ptr<EVP_PKEY> kept(key, &EVP_PKEY_free);
  const auto type = type_of(key);
  if (!type) return refuse("it is neither RSA of 2048 to 8192 bits nor EC on P-256 or P-384 nor Ed25519");
  return PublicKey(std::move(kept), *type);
}

model::Result<PublicKey> PublicKey::from_spki(std::string_view der) {
  const auto* at = reinterpret_cast<const unsigned char*>(der.data());
  const auto* const end = at + der.size();
  auto key = of(d2i_PUBKEY(nullptr, &at, static_cast<long>(der.size())));
  if (key && at != end) return refuse("there are bytes behind it");
  return key;
}

model::Result<PublicKey> PublicKey::from_pem(std::string_view text) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())), &BIO_free);
  if (text.contains("-----BEGIN CERTIFICATE-----")) {
    const std::unique_ptr<X509, decltype(&X509_free)> certificate(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr), &X509_free);
    return of(certificate ? X509_get_pubkey(certificate.get()) : nullptr);
  }
  return of(PEM_read_bio_PUBKEY(bio.get(), nullptr, nullptr, nullptr));
}

model::Result<PublicKey> PublicKey::from_ed25519(std::string_view bytes) {
  if (bytes.size() != 32) return refuse("an Ed25519 key has 32 bytes");
  return of(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()));
}

}  // namespace valetkey::services::verify
