#include "support/recovery_pair.hpp"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

namespace valetkey::test {
namespace {

std::string text_of(BIO* bio) {
  char* data = nullptr;
  const auto size = BIO_get_mem_data(bio, &data);
  std::string text(data, static_cast<std::size_t>(size));
  BIO_free(bio);
  return text;
}

KeyPair pair_of(EVP_PKEY* key) {
  auto* open = BIO_new(BIO_s_mem());
  PEM_write_bio_PUBKEY(open, key);
  auto* secret = BIO_new(BIO_s_mem());
  PEM_write_bio_PrivateKey(secret, key, nullptr, nullptr, 0, nullptr, nullptr);
  EVP_PKEY_free(key);
  return {text_of(open), model::Secret(text_of(secret))};
}

}  // namespace

KeyPair new_rsa_pair(unsigned bits) { return pair_of(EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", static_cast<std::size_t>(bits))); }
KeyPair new_x25519_pair() { return pair_of(EVP_PKEY_Q_keygen(nullptr, nullptr, "X25519")); }

const KeyPair& recovery_pair() {
  static const KeyPair kPair = new_rsa_pair(2048);
  return kPair;
}

}  // namespace valetkey::test
