#include "vault/integrity_key.hpp"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <array>
#include <atomic>
#include <memory>
#include <stdexcept>

namespace valetkey::vault {
namespace {

/// One per thread: fetching HMAC per call serialises threads, and setting the key up costs as much as the MAC of a short text.
struct Context {
  std::unique_ptr<EVP_MAC_CTX, decltype(&EVP_MAC_CTX_free)> mac{nullptr, &EVP_MAC_CTX_free};
  std::uint64_t serial = 0;
};

void set_key(Context& context, std::string_view key) {
  static EVP_MAC* const kHmac = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
  context.mac.reset(EVP_MAC_CTX_new(kHmac));
  std::array digest{'S', 'H', 'A', '2', '5', '6', '\0'};
  const std::array params{OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest.data(), 0), OSSL_PARAM_construct_end()};
  if (!context.mac || EVP_MAC_init(context.mac.get(), reinterpret_cast<const unsigned char*>(key.data()), key.size(), params.data()) != 1)
    throw std::runtime_error("mac: HMAC-SHA-256 is not available");
}

void add(EVP_MAC_CTX* mac, std::string_view part) {
  std::array<unsigned char, 8> length{};
  for (std::size_t i = 0; i < length.size(); ++i)
    length[i] = static_cast<unsigned char>(static_cast<std::uint64_t>(part.size()) >> (56 - 8 * i));
  if (EVP_MAC_update(mac, length.data(), length.size()) != 1 ||
      EVP_MAC_update(mac, reinterpret_cast<const unsigned char*>(part.data()), part.size()) != 1)
    throw std::runtime_error("mac: update failed");
}

std::uint64_t next_serial() {
  static std::atomic<std::uint64_t> last{0};
  return ++last;
}

}  // namespace

IntegrityKey::IntegrityKey(model::Secret key) : key_(std::move(key)), serial_(next_serial()) {}

std::string IntegrityKey::mac(std::string_view label, std::string_view bytes) const {
  thread_local Context context;
  if (context.serial != serial_) {
    context.serial = 0;
    set_key(context, key_.reveal());
    context.serial = serial_;
  } else if (EVP_MAC_init(context.mac.get(), nullptr, 0, nullptr) != 1) {
    throw std::runtime_error("mac: cannot start again");
  }
  add(context.mac.get(), label);
  add(context.mac.get(), bytes);
  std::string out(32, '\0');
  std::size_t length = 0;
  if (EVP_MAC_final(context.mac.get(), reinterpret_cast<unsigned char*>(out.data()), &length, out.size()) != 1)
    throw std::runtime_error("mac: cannot finish");
  return out;
}

}  // namespace valetkey::vault
