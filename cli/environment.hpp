#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "model/secret.hpp"

namespace valetkey::cli {

/// The variables of this process. Outlived by what main() was given.
class Environment {
 public:
  explicit Environment(std::span<char*> entries) : entries_(entries) {}

  /// A variable that is set to nothing counts as not set.
  [[nodiscard]] std::optional<std::string> get(std::string_view name) const;
  /// The same, overwritten in the environment, so that no child gets it and nobody reads it in /proc (S42).
  [[nodiscard]] model::Secret take(std::string_view name) const;

 private:
  [[nodiscard]] char* value_of(std::string_view name) const;

  std::span<char*> entries_;
};

}  // namespace valetkey::cli
