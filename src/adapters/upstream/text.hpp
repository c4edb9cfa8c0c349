#pragma once
#include <array>
#include <string_view>

namespace valetkey::adapters::upstream {

/// ASCII only, whatever the locale.
constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

constexpr bool equals_ignoring_case(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i)
    if (lower(a[i]) != lower(b[i])) return false;
  return true;
}

/// Without the spaces and tabs around it (OWS, RFC 9110 5.6.3).
constexpr std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

/// A token (RFC 9110 5.6.2): methods and header names.
constexpr bool is_token(std::string_view text) {
  constexpr auto kTokenChars = [] {
    std::array<bool, 256> table{};
    for (const char c : std::string_view("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"))
      table[static_cast<unsigned char>(c)] = true;
    return table;
  }();
  for (const char c : text)
    if (!kTokenChars[static_cast<unsigned char>(c)]) return false;
  return !text.empty();
}

/// What a header value may hold: no control bytes but tab (RFC 9110 5.5).
constexpr bool is_header_value(std::string_view text) {
  for (const char c : text)
    if (is_control(c) && c != '\t') return false;
  return true;
}

}  // namespace valetkey::adapters::upstream
