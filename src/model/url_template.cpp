#include "model/url_template.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "model/placeholder_text.hpp"

namespace valetkey::model {
namespace {

using Pieces = std::vector<TextPiece>;
using Values = std::map<std::string, std::string>;

/// A URL template in its parts. `prefix` is `https://` or `http://`, or empty where `authority` is one placeholder for the whole origin.
struct Parts {
  std::string prefix;
  std::string authority;
  std::string path;
  std::string query;  ///< with its `?`
};

Result<Parts> split(std::string_view text) {
  Parts parts;
  for (const std::string_view prefix : {"https://", "http://"})
    if (text.starts_with(prefix)) parts.prefix = prefix;
  if (parts.prefix.empty() && (!text.starts_with('{') || text.starts_with("{{")))
    return fail(Code::kInvalidInput, "must be an absolute https URL, or begin with a placeholder for a whole origin");
  const auto rest = text.substr(parts.prefix.size());
  const auto authority_end = std::min(rest.find_first_of("/?#"), rest.size());
  const auto path_end = std::min(rest.find_first_of("?#", authority_end), rest.size());
  parts.authority = rest.substr(0, authority_end);
  parts.path = rest.substr(authority_end, path_end - authority_end);
  parts.query = rest.substr(path_end);
  return parts;
}

bool is_open(const Placeholder& placeholder) { return placeholder.filled_by != FilledBy::kOperator && placeholder.choices.empty(); }

bool is_host_text(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == ':';
  });
}

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return text;
}

/// A whole origin in one value: closed list, host suffixes, or the operator's own.
std::optional<std::string> check_origin_piece(const Pieces& authority, std::span<const Placeholder> placeholders) {
  if (authority.size() != 1) return "a placeholder for a whole origin stands alone before the path";
  for (const auto& name : authority[0].names) {
    const auto* placeholder = find_placeholder(placeholders, name);
    if (placeholder == nullptr) return fmt::format("{{{}}} is not declared in placeholders", name);
    if (is_open(*placeholder) && placeholder->host_suffixes.empty())
      return fmt::format("{{{}}} holds a whole origin and is not filled by the operator: it needs choices or host_suffixes (S3)", name);
    for (const auto& choice : placeholder->choices) {
      const auto url = parse_url(choice);
      if (!url || url->scheme != "https" || origin_of(*url) != choice)
        return fmt::format("{{{}}} holds a whole origin: its choice {} must be https://host without a path", name, clipped(choice));
    }
  }
  return std::nullopt;
}

/// One whole label at the very start, and behind it a literal suffix of at least two labels.
bool is_label_before_suffix(const Pieces& authority, std::size_t at, std::span<const Placeholder> placeholders) {
  if (at != 0 || authority.size() < 2 || !authority[1].literal.starts_with('.')) return false;
  for (std::size_t i = 1; i < authority.size(); ++i)
    for (const auto& name : authority[i].names) {
      const auto* other = find_placeholder(placeholders, name);
      if (other == nullptr || is_open(*other)) return false;
    }
  return std::ranges::count(authority.back().literal, '.') >= 2;
}

std::optional<std::string> check_host_pieces(const Pieces& authority, std::span<const Placeholder> placeholders) {
  for (std::size_t i = 0; i < authority.size(); ++i) {
    for (const auto& name : authority[i].names) {
      const auto* placeholder = find_placeholder(placeholders, name);
      if (placeholder == nullptr) return fmt::format("{{{}}} is not declared in placeholders", name);
      if (is_open(*placeholder) && !is_label_before_suffix(authority, i, placeholders))
        return fmt::format(
            "{{{}}} in a host is not filled by the operator: it must be one whole label before a literal suffix like .example.com, or have choices (S3)",
            name);
      for (const auto& choice : placeholder->choices)
        if (!is_host_text(choice)) return fmt::format("{{{}}} stands in a host: its choice {} is no host text", name, clipped(choice));
    }
  }
  return std::nullopt;
}

/// The rules of S3 on the template itself.
std::optional<std::string> check_authority(const Parts& parts, std::span<const Placeholder> placeholders) {
  const auto authority = parse_placeholder_text(parts.authority);
  if (!authority) return authority.error().detail;
  return parts.prefix.empty() ? check_origin_piece(*authority, placeholders) : check_host_pieces(*authority, placeholders);
}

/// Values that make a template a URL, to see that its literal parts are one.
Values sample_values(const Parts& parts, std::string_view text, std::span<const Placeholder> placeholders) {
  const auto in_host = placeholder_names(parts.authority);
  Values values;
  for (const auto& name : placeholder_names(text)) {
    const auto* placeholder = find_placeholder(placeholders, name);
    const bool is_whole_host = in_host.size() == 1 && in_host[0] == name && parts.authority == "{" + name + "}";
    std::string sample = is_whole_host ? "sample.example" : "sample";
    if (parts.prefix.empty() && is_whole_host) sample = "https://sample.example";
    if (placeholder != nullptr && !placeholder->choices.empty()) sample = placeholder->choices.front();
    values[name] = sample;
  }
  return values;
}

Result<std::string> assemble(const Parts& parts, const Values& values) {
  auto authority = fill(parts.authority, values, Where::kPlain);
  if (!authority) return authority;
  if (parts.prefix.empty())
    while (authority->ends_with('/')) authority->pop_back();
  const auto path = fill(parts.path, values, Where::kPath);
  if (!path) return path;
  const auto query = fill(parts.query, values, Where::kQuery);
  if (!query) return query;
  return parts.prefix + *authority + *path + *query;
}

std::string authority_of(const Url& url) { return url.explicit_port ? fmt::format("{}:{}", url.host, url.port) : url.host; }

/// Parses `text`, and refuses it unless the parser saw host, port and path where `split` sees them: nothing that was filled in may
/// have moved their ends.
Result<Url> parse_where_written(const std::string& text) {
  auto url = parse_endpoint_url(text);
  if (!url) return url;
  const auto parts = split(text);
  if (!parts || authority_of(*url) != lower(parts->authority) || (!parts->path.empty() && url->path != parts->path))
    return fail(Code::kInvalidInput, "the host must be written in its canonical form");
  return url;
}

/// The value that a piece takes, by the rule of who fills it.
std::optional<std::string> check_host_value(const Placeholder& placeholder, const std::string& value, bool is_origin) {
  if (is_origin) {
    const auto url = parse_endpoint_url(value);
    if (!url || url->has_query) return fmt::format("the value of {{{}}} must be an absolute https URL without a query", placeholder.name);
    return std::nullopt;
  }
  if (is_open(placeholder) && !is_host_label(value))
    return fmt::format("the value of {{{}}} must be one host label [a-z0-9-]{{1,63}}", placeholder.name);
  if (!is_host_text(value)) return fmt::format("the value of {{{}}} must be lower-case host text", placeholder.name);
  return std::nullopt;
}

std::optional<std::string> check_values(const Parts& parts, std::string_view text, std::span<const Placeholder> placeholders,
                                        const Values& values) {
  const auto in_host = placeholder_names(parts.authority);
  for (const auto& name : placeholder_names(text)) {
    const auto* placeholder = find_placeholder(placeholders, name);
    if (placeholder == nullptr) return fmt::format("{{{}}} is not declared in placeholders", name);
    const auto value = values.find(name);
    if (value == values.end() || value->second.empty()) continue;
    if (const auto wrong = check_value(*placeholder, value->second)) return fmt::format("the value of {{{}}} {}", name, *wrong);
    if (std::ranges::find(in_host, name) == in_host.end()) continue;
    if (auto wrong = check_host_value(*placeholder, value->second, parts.prefix.empty())) return wrong;
  }
  return std::nullopt;
}

struct Filled {
  std::string text;
  Url url;
};

Result<Filled> fill_checked(std::string_view text, std::span<const Placeholder> placeholders, const Values& values) {
  const auto parts = split(text);
  if (!parts) return fail(parts.error());
  if (auto wrong = check_authority(*parts, placeholders)) return fail(Code::kInvalidInput, std::move(*wrong));
  if (auto wrong = check_values(*parts, text, placeholders, values)) return fail(Code::kInvalidInput, std::move(*wrong));
  auto filled = assemble(*parts, values);
  if (!filled) return fail(std::move(filled.error()));
  auto url = parse_where_written(*filled);
  if (!url) return fail(std::move(url.error()));
  return Filled{std::move(*filled), std::move(*url)};
}

}  // namespace

std::optional<std::string> check_url_template(std::string_view text, std::span<const Placeholder> placeholders, PlainHttp plain_http) {
  if (const auto pieces = parse_placeholder_text(text); !pieces) return pieces.error().detail;
  const auto parts = split(text);
  if (!parts) return parts.error().detail;
  if (auto wrong = check_authority(*parts, placeholders)) return wrong;
  for (const auto& name : placeholder_names(text))
    if (find_placeholder(placeholders, name) == nullptr) return fmt::format("{{{}}} is not declared in placeholders", name);
  const auto sample = assemble(*parts, sample_values(*parts, text, placeholders));
  if (!sample) return sample.error().detail;
  const auto url = parse_where_written(*sample);
  if (!url) return url.error().detail;
  if (plain_http == PlainHttp::kRefused && url->scheme != "https") return "must be an https URL";
  return std::nullopt;
}

std::vector<std::string> host_placeholder_names(std::string_view url_template) {
  const auto parts = split(url_template);
  return parts ? placeholder_names(parts->authority) : std::vector<std::string>{};
}

std::optional<std::pair<std::string, std::string>> split_base_uri(std::string_view url_template) {
  auto parts = split(url_template);
  if (!parts || !parts->query.empty()) return std::nullopt;
  return std::pair(parts->prefix + parts->authority, std::move(parts->path));
}

Result<Url> fill_url(std::string_view text, std::span<const Placeholder> placeholders, const std::map<std::string, std::string>& values) {
  auto filled = fill_checked(text, placeholders, values);
  if (!filled) return fail(std::move(filled.error()));
  return std::move(filled->url);
}

Result<std::string> fill_url_text(std::string_view text, std::span<const Placeholder> placeholders,
                                  const std::map<std::string, std::string>& values) {
  auto filled = fill_checked(text, placeholders, values);
  if (!filled) return fail(std::move(filled.error()));
  return std::move(filled->text);
}

}  // namespace valetkey::model
