#include <array>
#include <cstdint>
#include <string>

#include "services/verify/message.hpp"

namespace valetkey::services::verify {
namespace {

constexpr std::array<std::uint32_t, 256> kTable = [] {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t byte = 0; byte < table.size(); ++byte) {
    auto value = byte;
    for (int bit = 0; bit < 8; ++bit) value = (value & 1U) != 0 ? 0xedb88320U ^ (value >> 1U) : value >> 1U;
    table[byte] = value;
  }
  return table;
}();

}  // namespace

std::string crc32_decimal(std::string_view bytes) {
  std::uint32_t value = 0xffffffffU;
  for (const char c : bytes) value = kTable[(value ^ static_cast<unsigned char>(c)) & 0xffU] ^ (value >> 8U);
  return std::to_string(value ^ 0xffffffffU);
}

}  // namespace valetkey::services::verify
