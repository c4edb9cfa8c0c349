#pragma once
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace valetkey::fuzz {

/// A property that holds for every input. Where it does not, the run ends and keeps the input.
inline void require(bool holds, const char* property) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n", property);
  std::abort();
}

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) { return {reinterpret_cast<const char*>(data), size}; }

/// Takes the first line off `rest`, without its line feed: how an input of several parts is written, so that a seed can be read.
inline std::string_view take_line(std::string_view& rest) {
  const auto end = rest.find('\n');
  const auto line = rest.substr(0, end);
  rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
  return line;
}

}  // namespace valetkey::fuzz

/// Defines the entry of the target around `void name(std::string_view input)`.
#define VALETKEY_FUZZ_TARGET(name)                                                    \
  extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) { \
    name(valetkey::fuzz::text_of(data, size));                                        \
    return 0;                                                                         \
  }
