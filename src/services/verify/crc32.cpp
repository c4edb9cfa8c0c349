#include <boost/crc.hpp>
#include <string>

#include "services/verify/message.hpp"

namespace valetkey::services::verify {

std::string crc32_decimal(std::string_view bytes) {
  boost::crc_32_type crc;
  crc.process_bytes(bytes.data(), bytes.size());
  return std::to_string(crc.checksum());
}

}  // namespace valetkey::services::verify
