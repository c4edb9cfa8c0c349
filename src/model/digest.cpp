#include "model/digest.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <cstdint>
#include <memory>
#include <stdexcept>

#include "model/encoding.hpp"

namespace valetkey::model {

std::string sha256(std::string_view bytes) {
  std::string out(32, '\0');
  unsigned length = 0;
  static const EVP_MD* const kSha256 = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  // A context per thread: allocating one costs more than the digest of a key.
  thread_local const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  if (EVP_DigestInit_ex2(context.get(), kSha256, nullptr) != 1 || EVP_DigestUpdate(context.get(), bytes.data(), bytes.size()) != 1 ||
      EVP_DigestFinal_ex(context.get(), reinterpret_cast<unsigned char*>(out.data()), &length) != 1)
    throw std::runtime_error("sha256 failed");
  return out;
}

std::string sha256_hex(std::string_view bytes) { return to_hex(sha256(bytes)); }

std::string hmac_sha256(std::string_view key, std::string_view bytes) {
  std::string out(32, '\0');
  unsigned length = 0;
  if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
           reinterpret_cast<unsigned char*>(out.data()), &length) == nullptr)
    throw std::runtime_error("hmac failed");
  return out;
}

std::string length_prefixed(std::initializer_list<std::string_view> parts) {
  std::size_t size = 0;
  for (const auto part : parts) size += sizeof(std::uint64_t) + part.size();
  std::string out;
  out.reserve(size);
  for (const auto part : parts) {
    for (int shift = 56; shift >= 0; shift -= 8) out += static_cast<char>((static_cast<std::uint64_t>(part.size()) >> shift) & 0xff);
    out += part;
  }
  return out;
}

}  // namespace valetkey::model
