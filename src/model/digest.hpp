#pragma once
#include <string>
#include <string_view>

namespace valetkey::model {

/// SHA-256, 32 raw bytes.
std::string sha256(std::string_view bytes);
/// SHA-256 in lower case hex: how secrets that are only compared are stored.
std::string sha256_hex(std::string_view bytes);
/// HMAC-SHA-256, 32 raw bytes (RFC 2104).
std::string hmac_sha256(std::string_view key, std::string_view bytes);
/// Joins parts so that no two lists give the same bytes: each part behind its length as 8 bytes, big endian.
std::string length_prefixed(std::initializer_list<std::string_view> parts);

}  // namespace valetkey::model
