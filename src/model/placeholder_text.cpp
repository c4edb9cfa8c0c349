#include "model/placeholder_text.hpp"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>

#include "model/encoding.hpp"

namespace valetkey::model {
namespace {

constexpr std::size_t kMaxNameLength = 64;
constexpr std::size_t kMaxPatternLength = 1024;
constexpr std::size_t kMaxValueLength = 2048;
constexpr std::string_view kHttps = "https://";

bool is_lower_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

bool is_name(std::string_view text) {
  if (text.empty() || text.size() > kMaxNameLength || text[0] < 'a' || text[0] > 'z') return false;
  return std::ranges::all_of(text, [](char c) { return is_lower_or_digit(c) || c == '_'; });
}

Result<std::vector<std::string>> names_between(std::string_view inside) {
  std::vector<std::string> names;
  for (;;) {
    const auto bar = inside.find('|');
    const auto name = inside.substr(0, bar);
    if (!is_name(name))
      return fail(Code::kInvalidInput, fmt::format("{{{}}} is no placeholder: names are [a-z][a-z0-9_]*", clipped(inside)));
    names.emplace_back(name);
    if (bar == std::string_view::npos) return names;
    inside.remove_prefix(bar + 1);
  }
}

void add_literal(std::vector<TextPiece>& pieces, char c) {
  if (pieces.empty() || !pieces.back().names.empty()) pieces.emplace_back();
  pieces.back().literal += c;
}

Result<std::string> written(const std::string& name, const std::string& value, Where where) {
  switch (where) {
    case Where::kHost:
      if (!is_host_label(value))
        return fail(Code::kInvalidInput, fmt::format("the value of {{{}}} must be one host label [a-z0-9-]{{1,63}}", name));
      return value;
    case Where::kPath:
      if (value == "." || value == "..")
        return fail(Code::kInvalidInput, fmt::format("the value of {{{}}} must not be a dot segment", name));
      return percent_encode(value);
    case Where::kQuery: return percent_encode(value);
    case Where::kHeader:
      if (std::ranges::any_of(value, is_control))
        return fail(Code::kInvalidInput, fmt::format("the value of {{{}}} must not hold control bytes", name));
      return value;
    case Where::kPlain: break;
  }
  return value;
}

re2::RE2::Options pattern_options() {
  re2::RE2::Options options(re2::RE2::Quiet);
  options.set_max_mem(1 << 20);
  return options;
}

bool is_origin_with_suffix(std::string_view value, const std::vector<std::string>& suffixes) {
  if (!value.starts_with(kHttps)) return false;
  const auto host = value.substr(kHttps.size());
  return std::ranges::any_of(suffixes, [&](const std::string& suffix) {
    return host.ends_with(suffix) && is_host_label(host.substr(0, host.size() - suffix.size()));
  });
}

}  // namespace

Result<std::vector<TextPiece>> parse_placeholder_text(std::string_view text) {
  std::vector<TextPiece> pieces;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c != '{' && c != '}') {
      add_literal(pieces, c);
      continue;
    }
    if (i + 1 < text.size() && text[i + 1] == c) {
      add_literal(pieces, c);
      ++i;
      continue;
    }
    const auto end = text.find('}', i);
    if (c == '}' || end == std::string_view::npos)
      return fail(Code::kInvalidInput, fmt::format("a '{}' without its other half at offset {}; a literal brace is written twice", c, i));
    auto names = names_between(text.substr(i + 1, end - i - 1));
    if (!names) return fail(std::move(names.error()));
    pieces.push_back({.literal = {}, .names = std::move(*names)});
    i = end;
  }
  return pieces;
}

std::vector<std::string> placeholder_names(std::string_view text) {
  std::vector<std::string> out;
  const auto pieces = parse_placeholder_text(text);
  if (!pieces) return out;
  for (const auto& piece : *pieces) out.insert(out.end(), piece.names.begin(), piece.names.end());
  return out;
}

Result<std::string> fill(std::string_view text, const std::map<std::string, std::string>& values, Where where) {
  const auto pieces = parse_placeholder_text(text);
  if (!pieces) return fail(pieces.error());
  std::string out;
  for (const auto& piece : *pieces) {
    out += piece.literal;
    if (piece.names.empty()) continue;
    const auto has_value = [&](const std::string& name) {
      const auto found = values.find(name);
      return found != values.end() && !found->second.empty();
    };
    const auto name = std::ranges::find_if(piece.names, has_value);
    if (name == piece.names.end())
      return fail(Code::kInvalidInput, fmt::format("there is no value for {{{}}}", fmt::join(piece.names, "|")));
    auto value = written(*name, values.find(*name)->second, where);
    if (!value) return value;
    out += *value;
  }
  return out;
}

std::optional<std::string> check_value(const Placeholder& placeholder, std::string_view value) {
  if (value.empty()) return "must not be empty";
  if (value.size() > kMaxValueLength) return fmt::format("must have at most {} bytes", kMaxValueLength);
  if (std::ranges::any_of(value, is_control)) return "must not hold control bytes";
  if (!placeholder.choices.empty() && std::ranges::find(placeholder.choices, value) == placeholder.choices.end())
    return fmt::format("must be one of: {}", fmt::join(placeholder.choices, ", "));
  if (!placeholder.host_suffixes.empty() && !is_origin_with_suffix(value, placeholder.host_suffixes))
    return fmt::format("must be https://, one host label and one of: {}", fmt::join(placeholder.host_suffixes, ", "));
  if (!placeholder.pattern.empty() &&
      !re2::RE2::FullMatch(re2::StringPiece(value.data(), value.size()), re2::RE2(placeholder.pattern, pattern_options())))
    return fmt::format("must match {}{}", placeholder.pattern,
                       placeholder.example.empty() ? "" : fmt::format(", for example {}", placeholder.example));
  return std::nullopt;
}

bool is_host_label(std::string_view text) {
  if (text.empty() || text.size() > 63 || text.front() == '-' || text.back() == '-') return false;
  return std::ranges::all_of(text, [](char c) { return is_lower_or_digit(c) || c == '-'; });
}

const Placeholder* find_placeholder(std::span<const Placeholder> placeholders, std::string_view name) {
  const auto found = std::ranges::find(placeholders, name, &Placeholder::name);
  return found == placeholders.end() ? nullptr : &*found;
}

std::map<std::string, std::string> with_defaults(std::span<const Placeholder> placeholders, std::map<std::string, std::string> values) {
  for (const auto& placeholder : placeholders)
    if (!placeholder.default_value.empty()) values.try_emplace(placeholder.name, placeholder.default_value);
  return values;
}

std::optional<std::string> check_pattern(std::string_view pattern) {
  if (pattern.size() > kMaxPatternLength) return fmt::format("must have at most {} bytes", kMaxPatternLength);
  const re2::RE2 compiled(re2::StringPiece(pattern.data(), pattern.size()), pattern_options());
  if (!compiled.ok()) return fmt::format("is no RE2 pattern: {}", clipped(compiled.error()));
  return std::nullopt;
}

}  // namespace valetkey::model
