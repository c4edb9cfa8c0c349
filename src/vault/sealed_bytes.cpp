#include "vault/sealed_bytes.hpp"

#include <array>
#include <stdexcept>

#include "model/aead.hpp"
#include "vault/data_key_record.hpp"

namespace valetkey::vault {
namespace {

constexpr char kVersion = 1;

void append(std::string& out, std::string_view part) {
  const auto length = static_cast<std::uint32_t>(part.size());
  const std::array prefix{static_cast<char>(length >> 24), static_cast<char>(length >> 16), static_cast<char>(length >> 8),
                          static_cast<char>(length)};
  out.append(prefix.data(), prefix.size()).append(part);
}

/// Version, place and key, each behind its length (S40). In a buffer of the thread, as this is on the path of every token read; valid
/// until the next call.
std::string_view associated_data(const Place& place, std::string_view data_key) {
  thread_local std::string buffer;
  buffer.assign(1, kVersion);
  for (const std::string_view part : {place.label, std::string_view(place.tenant.str()), std::string_view(place.record),
                                      std::string_view(place.revision), to_string(place.purpose), data_key})
    append(buffer, part);
  return buffer;
}

}  // namespace

std::optional<SealedParts> parts_of(const model::Sealed& sealed) {
  std::string_view bytes = sealed.bytes;
  if (bytes.size() < 2 || bytes[0] != kVersion) return std::nullopt;
  const std::size_t id_length = static_cast<unsigned char>(bytes[1]);
  bytes.remove_prefix(2);
  if (bytes.size() < id_length + model::kAeadNonceBytes + model::kAeadTagBytes) return std::nullopt;
  return SealedParts{.data_key = bytes.substr(0, id_length),
                     .nonce = bytes.substr(id_length, model::kAeadNonceBytes),
                     .ciphertext = bytes.substr(id_length + model::kAeadNonceBytes)};
}

model::Sealed seal_with(const DataKey& key, const Place& place, std::string_view plain, ports::Random& random) {
  if (key.id.size() > 255) throw std::logic_error("seal: the id of a data key is too long");
  std::array<unsigned char, model::kAeadNonceBytes> raw_nonce{};
  random.fill(raw_nonce);
  const std::string_view nonce(reinterpret_cast<const char*>(raw_nonce.data()), raw_nonce.size());

  model::Sealed sealed;
  sealed.bytes.reserve(2 + key.id.size() + nonce.size() + plain.size() + model::kAeadTagBytes);
  sealed.bytes.append(1, kVersion).append(1, static_cast<char>(key.id.size())).append(key.id).append(nonce);
  model::aead_seal(sealed.bytes, key.key.reveal(), nonce, associated_data(place, key.id), plain);
  return sealed;
}

std::optional<model::Secret> open_with(const DataKey& key, const Place& place, const SealedParts& parts) {
  if (key.id != parts.data_key || key.tenant != place.tenant.str() || key.purpose != to_string(place.purpose)) return std::nullopt;
  return model::aead_open(key.key.reveal(), parts.nonce, associated_data(place, key.id), parts.ciphertext);
}

}  // namespace valetkey::vault
