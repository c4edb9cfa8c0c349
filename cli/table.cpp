#include "cli/table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "cli/text.hpp"

namespace valetkey::cli {
namespace {

constexpr std::string_view kBold = "\x1b[1m";
constexpr std::string_view kEnd = "\x1b[0m";
constexpr std::size_t kGap = 2;

/// States and outcomes, wherever they stand.
constexpr std::pair<std::string_view, std::string_view> kColours[] = {
    {"active", "\x1b[32m"},  {"ok", "\x1b[32m"},      {"ready", "\x1b[32m"},
    {"held", "\x1b[33m"},    {"warning", "\x1b[33m"}, {"awaiting_confirmation", "\x1b[33m"},
    {"revoked", "\x1b[31m"}, {"failed", "\x1b[31m"},  {"needs_reconnect", "\x1b[31m"},
};

std::string_view colour_of(std::string_view cell) {
  const auto* found = std::ranges::find(kColours, cell, &std::pair<std::string_view, std::string_view>::first);
  return found == std::end(kColours) ? std::string_view() : found->second;
}

/// The first `columns` code points.
std::string_view first_columns(std::string_view text, std::size_t columns) {
  std::size_t end = 0;
  for (std::size_t seen = 0; end < text.size(); ++end) {
    const bool begins = (static_cast<unsigned char>(text[end]) & 0xc0U) != 0x80U;
    if (begins && seen++ == columns) break;
  }
  return text.substr(0, end);
}

std::string cut(std::string_view text, std::size_t columns) {
  if (width_of(text) <= columns) return std::string(text);
  return std::string(first_columns(text, columns - 1)) + "…";
}

std::vector<std::size_t> widths_of(const Cells& titles, const std::vector<Cells>& rows) {
  std::vector<std::size_t> widths;
  for (std::size_t i = 0; i < titles.size(); ++i) {
    widths.push_back(width_of(titles[i]));
    for (const auto& row : rows) widths[i] = std::max(widths[i], width_of(row[i]));
  }
  return widths;
}

std::string line_of(const Cells& cells, const std::vector<std::size_t>& widths, Style style, bool is_title) {
  constexpr std::size_t kLeastLast = 8;
  std::string line;
  std::size_t used = 0;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const bool is_last = i + 1 == cells.size();
    const auto left = style.width > used + kLeastLast ? style.width - used : kLeastLast;
    const auto text = is_last && style.width > 0 ? cut(cells[i], left) : cells[i];
    const auto colour = !style.has_colour ? std::string_view() : is_title ? kBold : colour_of(cells[i]);
    line.append(colour).append(text).append(colour.empty() ? std::string_view() : kEnd);
    if (!is_last) line.append(widths[i] - width_of(text) + kGap, ' ');
    used += widths[i] + kGap;
  }
  return line + "\n";
}

}  // namespace

std::string table_text(const Cells& titles, const std::vector<Cells>& rows, Style style) {
  const auto widths = widths_of(titles, rows);
  auto out = line_of(titles, widths, style, true);
  for (const auto& row : rows) out += line_of(row, widths, style, false);
  return out;
}

std::string pairs_text(const std::vector<std::pair<std::string, std::string>>& pairs, Style style, std::size_t indent) {
  std::size_t width = 0;
  for (const auto& [name, value] : pairs) width = std::max(width, width_of(name));
  std::string out;
  for (const auto& [name, value] : pairs) {
    const auto colour = style.has_colour ? colour_of(value) : std::string_view();
    std::string text;
    for (const char c : value) text.append(1, c).append(c == '\n' ? indent + width + kGap : 0, ' ');
    out.append(indent, ' ').append(name).append(width - width_of(name) + kGap, ' ');
    out.append(colour).append(text).append(colour.empty() ? std::string_view() : kEnd).append("\n");
  }
  return out;
}

}  // namespace valetkey::cli
