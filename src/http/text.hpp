#pragma once
#include <string>
#include <string_view>

namespace valetkey::http {

/// ASCII only, whatever the locale.
constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

constexpr bool equals_ignoring_case(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i)
    if (lower(a[i]) != lower(b[i])) return false;
  return true;
}

inline std::string lowered(std::string_view text) {
  std::string out(text);
  for (auto& c : out) c = lower(c);
  return out;
}

/// Without the spaces and tabs around it (OWS, RFC 9110 5.6.3).
constexpr std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// A character of a token (RFC 9110 5.6.2): methods and header names.
constexpr bool is_token_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

constexpr bool is_token(std::string_view text) {
  for (const char c : text)
    if (!is_token_char(c)) return false;
  return !text.empty();
}

constexpr bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

/// What a header value may hold: no control bytes but tab (RFC 9110 5.5).
constexpr bool is_header_value(std::string_view text) {
  for (const char c : text)
    if (is_control(c) && c != '\t') return false;
  return true;
}

}  // namespace valetkey::http
