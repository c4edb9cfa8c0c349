#pragma once
#include <span>
#include <string>

#include "model/encoding.hpp"
#include "model/id.hpp"
#include "ports/clock.hpp"

namespace valetkey::ports {

/// Unpredictable bytes from the system's generator; thread safe.
class Random {
 public:
  virtual ~Random() = default;
  virtual void fill(std::span<unsigned char> out) = 0;

  std::string bytes(std::size_t count) {
    std::string out(count, '\0');
    fill({reinterpret_cast<unsigned char*>(out.data()), out.size()});
    return out;
  }
  /// `bytes` random bytes as base64url: 32 give 43 characters.
  std::string token(std::size_t count) { return model::to_base64url(bytes(count)); }
  /// Uniform in [0, 1): for jitter, never for secrets.
  double fraction() {
    const auto raw = bytes(4);
    std::uint32_t value = 0;
    for (const char c : raw) value = (value << 8) | static_cast<unsigned char>(c);
    return value / 4294967296.0;
  }
};

/// A new id of its kind: `prefix` + UUIDv7.
template <class SomeId>
SomeId new_id(const Clock& clock, Random& random) {
  return SomeId{model::make_id_text(SomeId::prefix(), clock.wall_now(), random.bytes(10))};
}

}  // namespace valetkey::ports
