#include "model/encoding.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace valetkey::model {
namespace {

constexpr std::string_view kBase64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kBase64Url = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::string_view kBase32Hex = "0123456789abcdefghijklmnopqrstuv";
constexpr std::string_view kHex = "0123456789abcdef";

/// Groups the bits of `bytes` into digits of `Width` bits, most significant first, the last one filled with zeros.
template <unsigned Width>
std::string to_digits(std::string_view bytes, std::string_view alphabet) {
  std::string out((bytes.size() * 8 + Width - 1) / Width, '\0');
  auto* at = out.data();
  std::uint32_t buffer = 0;
  unsigned bits = 0;
  for (const char c : bytes) {
    buffer = (buffer << 8) | static_cast<unsigned char>(c);
    for (bits += 8; bits >= Width; bits -= Width) *at++ = alphabet[(buffer >> (bits - Width)) & ((1U << Width) - 1)];
  }
  if (bits > 0) *at = alphabet[(buffer << (Width - bits)) & ((1U << Width) - 1)];
  return out;
}

constexpr unsigned char kNoDigit = 0xff;

/// The value of each byte as a digit.
constexpr std::array<unsigned char, 256> values_of(std::string_view alphabet) {
  std::array<unsigned char, 256> out{};
  out.fill(kNoDigit);
  for (std::size_t i = 0; i < alphabet.size(); ++i) out[static_cast<unsigned char>(alphabet[i])] = static_cast<unsigned char>(i);
  return out;
}
constexpr auto kBase64Values = values_of(kBase64);
constexpr auto kBase64UrlValues = values_of(kBase64Url);

std::optional<std::string> from_sextets(std::string_view text, const std::array<unsigned char, 256>& values) {
  constexpr unsigned kWidth = 6;
  std::string out(text.size() * kWidth / 8, '\0');
  auto* at = out.data();
  std::uint32_t buffer = 0;
  unsigned bits = 0;
  for (const char c : text) {
    const auto digit = values[static_cast<unsigned char>(c)];
    if (digit == kNoDigit) return std::nullopt;
    buffer = (buffer << kWidth) | digit;
    bits += kWidth;
    if (bits >= 8) {
      bits -= 8;
      *at++ = static_cast<char>((buffer >> bits) & 0xff);
    }
  }
  // Bits that fill the last byte up must be zero, and be fewer than a digit.
  if (bits >= kWidth || (buffer & ((1U << bits) - 1)) != 0) return std::nullopt;
  return out;
}

bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// Bytes of the UTF-8 sequence at the start of `text`, 0 if it is none (RFC 3629).
std::size_t sequence_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const std::size_t length = byte(0) < 0x80 ? 1 : byte(0) < 0xc2 ? 0 : byte(0) < 0xe0 ? 2 : byte(0) < 0xf0 ? 3 : byte(0) < 0xf5 ? 4 : 0;
  if (length > text.size()) return 0;
  for (std::size_t i = 1; i < length; ++i)
    if ((byte(i) & 0xc0) != 0x80) return 0;
  const bool is_wrong = length > 2 && ((byte(0) == 0xe0 && byte(1) < 0xa0) || (byte(0) == 0xed && byte(1) > 0x9f) ||
                                       (byte(0) == 0xf0 && byte(1) < 0x90) || (byte(0) == 0xf4 && byte(1) > 0x8f));
  return is_wrong ? 0 : length;
}

/// What stands in JSON as it is; by byte, since this is on the path of every log line.
constexpr std::array<bool, 256> kPlainInJson = [] {
  std::array<bool, 256> plain{};
  for (std::size_t c = 0x20; c < 0x7f; ++c) plain[c] = c != '"' && c != '\\';
  return plain;
}();

bool is_plain_in_json(char c) { return kPlainInJson[static_cast<unsigned char>(c)]; }

/// An ASCII character (RFC 8259 section 7).
void append_escaped(std::string& out, char c) {
  switch (c) {
    case '"': out += "\\\""; return;
    case '\\': out += "\\\\"; return;
    case '\n': out += "\\n"; return;
    case '\r': out += "\\r"; return;
    case '\t': out += "\\t"; return;
    default: break;
  }
  if (c >= 0x20) {
    out += c;
    return;
  }
  out += "\\u00";
  out += "0123456789abcdef"[c >> 4];
  out += "0123456789abcdef"[c & 15];
}

}  // namespace

std::string to_base64(std::string_view bytes) {
  auto out = to_digits<6>(bytes, kBase64);
  out.append((4 - out.size() % 4) % 4, '=');
  return out;
}

std::string to_base64url(std::string_view bytes) { return to_digits<6>(bytes, kBase64Url); }
std::string to_hex(std::string_view bytes) { return to_digits<4>(bytes, kHex); }
std::string to_base32hex(std::string_view bytes) { return to_digits<5>(bytes, kBase32Hex); }

std::optional<std::string> from_base64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  for (int i = 0; i < 2 && text.ends_with('='); ++i) text.remove_suffix(1);
  return from_sextets(text, kBase64Values);
}

std::optional<std::string> from_base64url(std::string_view text) { return from_sextets(text, kBase64UrlValues); }

std::optional<std::string> from_hex(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  std::string out;
  out.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = hex_digit(text[i]);
    const int low = hex_digit(text[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    out += static_cast<char>(high * 16 + low);
  }
  return out;
}

std::string percent_encode(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size());
  for (const char c : bytes) {
    if (is_unreserved(c)) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += "0123456789ABCDEF"[byte >> 4];
    out += "0123456789ABCDEF"[byte & 15];
  }
  return out;
}

std::optional<std::string> percent_decode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    if (i + 2 >= text.size()) return std::nullopt;
    const int high = hex_digit(text[i + 1]);
    const int low = hex_digit(text[i + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return out;
}

std::string as_utf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const auto length = sequence_length(text);
    if (length == 0) out += '?';
    else out += text.substr(0, length);
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return out;
}

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    const auto plain = static_cast<std::size_t>(std::ranges::find_if_not(text, is_plain_in_json) - text.begin());
    out += text.substr(0, plain);
    text.remove_prefix(plain);
    if (text.empty()) break;
    const auto length = sequence_length(text);
    if (length > 1) out += text.substr(0, length);
    else append_escaped(out, length == 0 ? '?' : text.front());
    text.remove_prefix(length == 0 ? 1 : length);
  }
  out += '"';
}

}  // namespace valetkey::model
