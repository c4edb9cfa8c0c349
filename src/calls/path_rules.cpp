#include "calls/path_rules.hpp"

#include <algorithm>
#include <cstdint>

namespace valetkey::calls {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// The value of the `digits` hexadecimal digits that `text` ends with; -1: they are none.
int hex_at_end(std::string_view text, std::size_t digits) {
  int value = 0;
  for (const char c : text.substr(text.size() - digits)) {
    const auto digit = hex_digit(c);
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
}

/// A character and how many bytes at the end of a text stand for it; 0: none.
struct Escape {
  std::size_t bytes = 0;
  char character = 0;
};

/// `%41`, and `%u0041` where it is ASCII.
Escape escape_at_end(std::string_view text) {
  if (text.size() >= 3 && text[text.size() - 3] == '%')
    if (const auto value = hex_at_end(text, 2); value >= 0) return {3, static_cast<char>(value)};
  if (text.size() >= 6 && text[text.size() - 6] == '%' && (text[text.size() - 5] | 0x20) == 'u')
    if (const auto value = hex_at_end(text, 4); value >= 0 && value < 0x80) return {6, static_cast<char>(value)};
  return {};
}

/// An ASCII character in more bytes than it needs.
Escape overlong_at_end(std::string_view text) {
  const auto byte = [&](std::size_t from_end) { return static_cast<std::uint8_t>(text[text.size() - 1 - from_end]); };
  unsigned value = 0;
  for (std::size_t i = 0; i < std::min<std::size_t>(text.size(), 4); ++i) {
    if ((byte(i) & 0xc0U) == 0x80) {
      value |= (byte(i) & 0x3fU) << (6 * i);
      continue;
    }
    const bool begins = (i == 1 && (byte(1) & 0xfeU) == 0xc0) || (i == 2 && byte(2) == 0xe0) || (i == 3 && byte(3) == 0xf0);
    if (i == 1) value |= (byte(1) & 1U) << 6;
    return begins && value < 0x80 ? Escape{i + 1, static_cast<char>(value)} : Escape{};
  }
  return {};
}

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

std::optional<std::string_view> fault_of_part(std::string_view part) {
  const auto name = part.substr(0, part.find(';'));
  if (name == "." || name == "..") return "holds a dot segment, which would lead out of the base URI";
  if (std::ranges::any_of(part, is_control)) return "holds a control byte";
  if (part.contains('\\')) return "holds a backslash, which some servers read as a slash";
  return std::nullopt;
}

/// The parts of a text between slashes.
std::optional<std::string_view> fault_of_parts(std::string_view text) {
  for (;;) {
    const auto end = std::min(text.find('/'), text.size());
    if (auto wrong = fault_of_part(text.substr(0, end))) return wrong;
    if (end == text.size()) return std::nullopt;
    text.remove_prefix(end + 1);
  }
}

bool needs_decoding(std::string_view text) {
  return std::ranges::any_of(text, [](char c) { return c == '%' || static_cast<unsigned char>(c) >= 0x80; });
}

}  // namespace

std::string decoded_wholly(std::string_view text) {
  // No escape overlaps another, so that decoding each as soon as its last byte is there ends at the same text, in one pass.
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    out += c;
    for (;;) {
      auto escape = escape_at_end(out);
      if (escape.bytes == 0) escape = overlong_at_end(out);
      if (escape.bytes == 0) break;
      out.resize(out.size() - escape.bytes);
      out += escape.character;
    }
  }
  return out;
}

std::optional<std::string> path_fault(std::string_view path) {
  // Slashes only become more by decoding, and parts never grow together: one look at the whole path sees each segment.
  const auto wrong = needs_decoding(path) ? fault_of_parts(decoded_wholly(path)) : fault_of_parts(path);
  if (!wrong) return std::nullopt;
  return "the path " + std::string(*wrong);
}

}  // namespace valetkey::calls
