#pragma once
#include <fmt/core.h>

#include <string>
#include <string_view>

namespace valetkey::model {

/// Bytes that must not be seen: no stream operator, formats as `***`, wiped on destruction, compared in constant time.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string bytes) : bytes_(std::move(bytes)) {}
  Secret(const Secret& other);
  Secret(Secret&& other) noexcept;
  Secret& operator=(const Secret& other);
  Secret& operator=(Secret&& other) noexcept;
  ~Secret();

  /// The bytes themselves, valid while this lives. Each call is a place to read in a review.
  [[nodiscard]] std::string_view reveal() const { return bytes_; }
  [[nodiscard]] bool empty() const { return bytes_.empty(); }
  [[nodiscard]] std::size_t size() const { return bytes_.size(); }

  /// Constant time in the content; lengths may differ visibly.
  friend bool operator==(const Secret& a, const Secret& b) { return equals(a.bytes_, b.bytes_); }
  static bool equals(std::string_view a, std::string_view b);

  /// Overwrites the bytes of any string and empties it.
  static void wipe(std::string& bytes);

 private:
  std::string bytes_;
};

}  // namespace valetkey::model

template <>
struct fmt::formatter<valetkey::model::Secret> : fmt::formatter<std::string_view> {
  template <class Context>
  auto format(const valetkey::model::Secret&, Context& context) const {
    return fmt::formatter<std::string_view>::format("***", context);
  }
};
