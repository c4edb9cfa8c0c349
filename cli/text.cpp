#include "cli/text.hpp"

#include <fmt/format.h>

namespace valetkey::cli {
namespace {

bool is_key_character(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-'; }

/// Where the text at `at` is an API key, its length, else 0.
std::size_t key_length(std::string_view text, std::size_t at) {
  constexpr std::size_t kShortest = 12;
  const auto rest = text.substr(at);
  if (!rest.starts_with("vk_") && !rest.starts_with("vki_")) return 0;
  std::size_t length = 0;
  while (length < rest.size() && is_key_character(rest[length])) ++length;
  return length >= kShortest ? length : 0;
}

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xc0U) == 0x80U; }

/// U+0080 to U+009F are control characters, too; in UTF-8 they are 0xc2 and the byte itself.
bool is_c1(std::string_view text, std::size_t at) {
  return static_cast<unsigned char>(text[at]) == 0xc2U && at + 1 < text.size() && static_cast<unsigned char>(text[at + 1]) < 0xa0U;
}

}  // namespace

std::string printable(std::string_view text, bool keeps_lines) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (is_c1(text, i)) {
      out += '?';
      ++i;
    } else if (byte >= 0x20 && byte != 0x7f) {
      out += text[i];
    } else {
      out += keeps_lines && (byte == '\n' || byte == '\t') ? text[i] : '?';
    }
  }
  return out;
}

std::string masked(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const bool begins_word = i == 0 || !is_key_character(text[i - 1]);
    if (const auto length = begins_word ? key_length(text, i) : 0; length > 0) {
      out += "vk_***";
      i += length;
    } else {
      out += text[i++];
    }
  }
  return printable(out, true);
}

std::size_t width_of(std::string_view text) {
  std::size_t width = 0;
  for (const char c : text)
    if (!is_continuation(c)) ++width;
  return width;
}

std::string percent_encoded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (is_key_character(c) || c == '.' || c == '~') out += c;
    else out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

std::string_view without_line_end(std::string_view text) {
  if (text.ends_with('\n')) text.remove_suffix(1);
  if (text.ends_with('\r')) text.remove_suffix(1);
  return text;
}

}  // namespace valetkey::cli
