#include "adapters/root_key/rsa_key.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <memory>
#include <utility>

#include "model/digest.hpp"

namespace valetkey::adapters::root_key {
namespace {

using Bio = std::unique_ptr<BIO, decltype(&BIO_free)>;
using Context = std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)>;

unsigned char* raw(char* bytes) { return reinterpret_cast<unsigned char*>(bytes); }
const unsigned char* raw(std::string_view bytes) { return reinterpret_cast<const unsigned char*>(bytes.data()); }

int no_passphrase(char*, int, int, void*) { return -1; }

bool set_padding(EVP_PKEY_CTX* context, std::string_view label) {
  if (EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_OAEP_PADDING) != 1 || EVP_PKEY_CTX_set_rsa_oaep_md(context, EVP_sha256()) != 1 ||
      EVP_PKEY_CTX_set_rsa_mgf1_md(context, EVP_sha256()) != 1)
    return false;
  void* owned = OPENSSL_memdup(label.data(), label.size());
  if (owned != nullptr && EVP_PKEY_CTX_set0_rsa_oaep_label(context, owned, static_cast<int>(label.size())) == 1) return true;
  OPENSSL_free(owned);
  return false;
}

}  // namespace

std::optional<RsaKey> RsaKey::from_pem(std::string_view pem, Half half) {
  const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), &BIO_free);
  auto* key = half == Half::kPublic ? PEM_read_bio_PUBKEY(bio.get(), nullptr, &no_passphrase, nullptr)
                                    : PEM_read_bio_PrivateKey(bio.get(), nullptr, &no_passphrase, nullptr);
  ERR_clear_error();
  if (key == nullptr) return std::nullopt;
  return RsaKey(key);
}

RsaKey::RsaKey(RsaKey&& other) noexcept : key_(std::exchange(other.key_, nullptr)) {}
RsaKey::~RsaKey() { EVP_PKEY_free(key_); }

bool RsaKey::is_rsa() const { return EVP_PKEY_is_a(key_, "RSA") == 1; }
int RsaKey::bits() const { return EVP_PKEY_get_bits(key_); }

std::string RsaKey::fingerprint() const {
  unsigned char* der = nullptr;
  const int size = i2d_PUBKEY(key_, &der);
  std::string bytes(reinterpret_cast<const char*>(der), size > 0 ? static_cast<std::size_t>(size) : 0);
  OPENSSL_free(der);
  return model::sha256_hex(bytes).substr(0, 16);
}

std::optional<std::string> RsaKey::encrypt(std::string_view plain, std::string_view label) const {
  const Context context(EVP_PKEY_CTX_new_from_pkey(nullptr, key_, nullptr), &EVP_PKEY_CTX_free);
  std::size_t size = static_cast<std::size_t>(EVP_PKEY_get_size(key_));
  std::string out(size, '\0');
  const bool is_done = context && EVP_PKEY_encrypt_init(context.get()) == 1 && set_padding(context.get(), label) &&
                       EVP_PKEY_encrypt(context.get(), raw(out.data()), &size, raw(plain), plain.size()) == 1;
  ERR_clear_error();
  if (!is_done) return std::nullopt;
  out.resize(size);
  return out;
}

std::optional<model::Secret> RsaKey::decrypt(std::string_view encrypted, std::string_view label) const {
  const Context context(EVP_PKEY_CTX_new_from_pkey(nullptr, key_, nullptr), &EVP_PKEY_CTX_free);
  std::size_t size = static_cast<std::size_t>(EVP_PKEY_get_size(key_));
  std::string out(size, '\0');
  const bool is_done = context && EVP_PKEY_decrypt_init(context.get()) == 1 && set_padding(context.get(), label) &&
                       EVP_PKEY_decrypt(context.get(), raw(out.data()), &size, raw(encrypted), encrypted.size()) == 1;
  ERR_clear_error();
  auto plain = is_done ? std::optional(model::Secret(out.substr(0, size))) : std::nullopt;
  model::Secret::wipe(out);
  return plain;
}

}  // namespace valetkey::adapters::root_key
