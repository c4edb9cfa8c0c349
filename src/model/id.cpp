#include "model/id.hpp"

#include "model/encoding.hpp"

namespace valetkey::model {

std::string make_id_text(std::string_view prefix, WallTime now, std::string_view random10) {
  std::string uuid(16, '\0');
  const auto ms = static_cast<std::uint64_t>(to_unix_ms(now));
  for (int i = 0; i < 6; ++i) uuid[static_cast<std::size_t>(i)] = static_cast<char>((ms >> (40 - 8 * i)) & 0xff);
  random10.copy(uuid.data() + 6, 10);
  uuid[6] = static_cast<char>(0x70 | (uuid[6] & 0x0f));
  uuid[8] = static_cast<char>(0x80 | (uuid[8] & 0x3f));
  return std::string(prefix) + to_base32hex(uuid);
}

}  // namespace valetkey::model
