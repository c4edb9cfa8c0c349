#pragma once
#include <array>
#include <string>
#include <string_view>

namespace valetkey::model {

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

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// A character of a token (RFC 9110 5.6.2): methods and header names.
constexpr bool is_token_char(char c) {
  constexpr auto kTokenChars = [] {
    std::array<bool, 256> table{};
    for (const char one : std::string_view("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"))
      table[static_cast<unsigned char>(one)] = true;
    return table;
  }();
  return kTokenChars[static_cast<unsigned char>(c)];
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

/// Calls `act` with each element of a comma-separated list that is not empty (RFC 9110 5.6.1).
template <class Act>
void for_each_element(std::string_view list, Act act) {
  for (;;) {
    const auto comma = list.find(',');
    if (const auto element = trimmed(list.substr(0, comma)); !element.empty()) act(element);
    if (comma == std::string_view::npos) return;
    list.remove_prefix(comma + 1);
  }
}

}  // namespace valetkey::model
