#include "services/mac.hpp"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <array>
#include <memory>
#include <stdexcept>

#include "model/encoding.hpp"

namespace valetkey::services {
namespace {

constexpr std::size_t kAlgorithms = 4;
constexpr std::array<const char*, kAlgorithms> kNames{"SHA1", "SHA256", "SHA384", "SHA512"};

std::size_t index_of(HashAlgorithm algorithm) { return static_cast<std::size_t>(algorithm); }

/// Fetched once: a fetch takes a lock that all threads share.
const EVP_MD* digest_for(HashAlgorithm algorithm) {
  static const std::array<const EVP_MD*, kAlgorithms> kDigests = [] {
    std::array<const EVP_MD*, kAlgorithms> out{};
    for (std::size_t i = 0; i < kAlgorithms; ++i) out[i] = EVP_MD_fetch(nullptr, kNames[i], nullptr);
    return out;
  }();
  return kDigests[index_of(algorithm)];
}

using MacContext = std::unique_ptr<EVP_MAC_CTX, decltype(&EVP_MAC_CTX_free)>;

MacContext new_mac(const char* digest) {
  static EVP_MAC* const kHmac = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
  MacContext context(EVP_MAC_CTX_new(kHmac), &EVP_MAC_CTX_free);
  const OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, const_cast<char*>(digest), 0),
                                   OSSL_PARAM_construct_end()};
  if (!context || EVP_MAC_CTX_set_params(context.get(), parameters) != 1) throw std::runtime_error("hmac is not available");
  return context;
}

/// Of this thread, with its digest set: a context that starts with a new key costs less than one that is made anew.
EVP_MAC_CTX* mac_for(HashAlgorithm algorithm) {
  thread_local const std::array<MacContext, kAlgorithms> contexts{new_mac(kNames[0]), new_mac(kNames[1]), new_mac(kNames[2]),
                                                                  new_mac(kNames[3])};
  return contexts[index_of(algorithm)].get();
}

const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data() ? text.data() : ""); }

}  // namespace

std::string digest_of(HashAlgorithm algorithm, std::string_view bytes) {
  thread_local const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  std::string out(EVP_MAX_MD_SIZE, '\0');
  unsigned length = 0;
  if (EVP_DigestInit_ex2(context.get(), digest_for(algorithm), nullptr) != 1 ||
      EVP_DigestUpdate(context.get(), bytes.data(), bytes.size()) != 1 ||
      EVP_DigestFinal_ex(context.get(), reinterpret_cast<unsigned char*>(out.data()), &length) != 1)
    throw std::runtime_error("digest failed");
  out.resize(length);
  return out;
}

std::string hmac_of(HashAlgorithm algorithm, std::string_view key, std::string_view bytes) {
  auto* const context = mac_for(algorithm);
  std::string out(EVP_MAX_MD_SIZE, '\0');
  std::size_t length = 0;
  if (EVP_MAC_init(context, bytes_of(key), key.size(), nullptr) != 1 || EVP_MAC_update(context, bytes_of(bytes), bytes.size()) != 1 ||
      EVP_MAC_final(context, reinterpret_cast<unsigned char*>(out.data()), &length, out.size()) != 1)
    throw std::runtime_error("hmac failed");
  out.resize(length);
  return out;
}

std::string encoded(Encoding encoding, std::string_view bytes) {
  switch (encoding) {
    case Encoding::kHex: return model::to_hex(bytes);
    case Encoding::kBase64: return model::to_base64(bytes);
    case Encoding::kBase64Url: return model::to_base64url(bytes);
  }
  return {};
}

std::optional<std::string> decoded(Encoding encoding, std::string_view text) {
  switch (encoding) {
    case Encoding::kHex: return model::from_hex(text);
    case Encoding::kBase64: return model::from_base64(text);
    case Encoding::kBase64Url: return model::from_base64url(text);
  }
  return std::nullopt;
}

}  // namespace valetkey::services
