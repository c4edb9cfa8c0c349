#include "model/aead.hpp"

#include <openssl/evp.h>

#include <array>
#include <limits>
#include <memory>
#include <stdexcept>

namespace valetkey::model {
namespace {

using Context = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

enum class Direction : int { kOpen = 0, kSeal = 1 };

unsigned char* raw(char* bytes) { return reinterpret_cast<unsigned char*>(bytes); }
const unsigned char* raw(std::string_view bytes) { return reinterpret_cast<const unsigned char*>(bytes.data()); }

int length_of(std::string_view bytes) {
  if (bytes.size() > static_cast<std::size_t>(std::numeric_limits<int>::max())) throw std::length_error("aead: input too long");
  return static_cast<int>(bytes.size());
}

Context new_context(Direction direction) {
  static const EVP_CIPHER* const kCipher = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
  Context context(EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free);
  if (!context || EVP_CipherInit_ex2(context.get(), kCipher, nullptr, nullptr, static_cast<int>(direction), nullptr) != 1)
    throw std::runtime_error("aead: AES-256-GCM is not available");
  return context;
}

/// A context per thread and direction: fetching and allocating one costs as much as sealing 2 KB.
template <Direction Way>
EVP_CIPHER_CTX* started(std::string_view key, std::string_view nonce, std::string_view associated) {
  if (key.size() != kAeadKeyBytes || nonce.size() != kAeadNonceBytes) throw std::logic_error("aead: wrong size of key or nonce");
  thread_local const Context context = new_context(Way);
  int written = 0;
  if (EVP_CipherInit_ex2(context.get(), nullptr, raw(key), raw(nonce), static_cast<int>(Way), nullptr) != 1 ||
      EVP_CipherUpdate(context.get(), nullptr, &written, raw(associated), length_of(associated)) != 1)
    throw std::runtime_error("aead: cannot start");
  return context.get();
}

}  // namespace

void aead_seal(std::string& out, std::string_view key, std::string_view nonce, std::string_view associated, std::string_view plain) {
  auto* context = started<Direction::kSeal>(key, nonce, associated);
  const auto begin = out.size();
  out.resize(begin + plain.size() + kAeadTagBytes);
  int written = 0;
  char* const tag = out.data() + begin + plain.size();
  if (EVP_EncryptUpdate(context, raw(out.data() + begin), &written, raw(plain), length_of(plain)) != 1 ||
      EVP_EncryptFinal_ex(context, raw(tag), &written) != 1 || EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, kAeadTagBytes, tag) != 1)
    throw std::runtime_error("aead: cannot seal");
}

std::optional<Secret> aead_open(std::string_view key, std::string_view nonce, std::string_view associated, std::string_view sealed) {
  if (sealed.size() < kAeadTagBytes) return std::nullopt;
  auto* context = started<Direction::kOpen>(key, nonce, associated);
  const auto ciphertext = sealed.substr(0, sealed.size() - kAeadTagBytes);
  std::array<char, kAeadTagBytes> tag;
  sealed.copy(tag.data(), tag.size(), ciphertext.size());
  std::string plain(ciphertext.size(), '\0');
  int written = 0;
  const bool is_authentic = EVP_DecryptUpdate(context, raw(plain.data()), &written, raw(ciphertext), length_of(ciphertext)) == 1 &&
                            EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, kAeadTagBytes, tag.data()) == 1 &&
                            EVP_DecryptFinal_ex(context, raw(tag.data()), &written) == 1;
  if (!is_authentic) {
    Secret::wipe(plain);
    return std::nullopt;
  }
  Secret opened(std::move(plain));
  Secret::wipe(plain);  // a short text stays behind in the small buffer
  return opened;
}

}  // namespace valetkey::model
