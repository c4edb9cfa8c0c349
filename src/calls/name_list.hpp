#pragma once
#include <algorithm>
#include <span>
#include <string_view>

namespace valetkey::calls {

/// Header names in lower case: `names` sorted, and whatever begins with one of `prefixes`.
struct NameList {
  std::span<const std::string_view> names;
  std::span<const std::string_view> prefixes;

  [[nodiscard]] constexpr bool holds(std::string_view name) const {
    return std::ranges::binary_search(names, name) ||
           std::ranges::any_of(prefixes, [&](std::string_view prefix) { return name.starts_with(prefix); });
  }
};

}  // namespace valetkey::calls
