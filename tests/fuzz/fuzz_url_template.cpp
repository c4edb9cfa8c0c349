// Templates of URLs that receive secrets: whatever a value holds, the filled URL stays where the template put it (S3).
#include "model/url_template.hpp"

#include <algorithm>

#include "fuzz/property.hpp"
#include "model/placeholder_text.hpp"

namespace {

using valetkey::fuzz::require;
namespace model = valetkey::model;
using Values = std::map<std::string, std::string>;

/// {operator} is typed by the operator, the others are not.
const std::vector<model::Placeholder>& placeholders() {
  static const std::vector<model::Placeholder> made{
      {.name = "operator", .filled_by = model::FilledBy::kOperator},
      {.name = "subdomain", .filled_by = model::FilledBy::kEndUser},
      {.name = "shop", .filled_by = model::FilledBy::kEndUser, .pattern = "[a-z0-9][a-z0-9-]*"},
      {.name = "region", .filled_by = model::FilledBy::kCallback, .choices = {"eu.example.com", "us.example.com"}},
      {.name = "instance", .filled_by = model::FilledBy::kTokenResponse, .host_suffixes = {".my.example.com"}},
      {.name = "realm", .filled_by = model::FilledBy::kCallback}};
  return made;
}

/// A value each of them may always have.
const Values& plain_values() {
  static const Values made{{"operator", "operated.example"}, {"subdomain", "acme"}, {"shop", "acme"},
                           {"region", "eu.example.com"},     {"realm", "12345"},    {"instance", "https://acme.my.example.com"}};
  return made;
}

std::string_view behind_first_label(std::string_view host) { return host.substr(std::min(host.find('.'), host.size())); }

bool has_in_host(std::string_view text, std::string_view name) {
  const auto names = model::host_placeholder_names(text);
  return std::ranges::find(names, name) != names.end();
}

bool is_member(std::string_view host) {
  return host.find("eu.example.com") != std::string_view::npos || host.find("us.example.com") != std::string_view::npos;
}

bool is_below(const model::Url& filled, const model::Url& plain) {
  return behind_first_label(filled.host) == behind_first_label(plain.host);
}

/// Where the values that others typed differ from plain ones, only the first label of the host and what stands between the literal
/// delimiters of path and query may differ.
void stays_inside(std::string_view text, const model::Url& filled, const model::Url& plain) {
  require(filled.scheme == plain.scheme, "no value changes the scheme");
  require(filled.port == plain.port, "no value changes the port");
  if (!has_in_host(text, "operator")) {
    if (model::host_placeholder_names(text).empty()) require(filled.host == plain.host, "no value reaches a literal host");
    else if (has_in_host(text, "region"))
      require(is_member(filled.host) || is_below(filled, plain), "a member of a closed list, or one label");
    else require(is_below(filled, plain), "a value is the first label of the host and no more");
  }
  require(std::ranges::count(filled.path, '/') == std::ranges::count(plain.path, '/'), "no value adds a segment to the path");
  require(std::ranges::count(filled.query, '&') == std::ranges::count(plain.query, '&'), "no value adds a parameter to the query");
  require(std::ranges::count(filled.query, '=') == std::ranges::count(plain.query, '='), "no value adds an equals sign to the query");
  require(filled.has_query == plain.has_query, "no value adds a query");
}

/// Line 1: the template; then lines of `name=value`.
void fill_template(std::string_view input) {
  const auto text = valetkey::fuzz::take_line(input);
  const auto wrong = model::check_url_template(text, placeholders(), model::PlainHttp::kLoopback);
  auto values = plain_values();
  while (!input.empty()) {
    const auto line = valetkey::fuzz::take_line(input);
    const auto equals = std::min(line.find('='), line.size());
    const auto known = values.find(std::string(line.substr(0, equals)));
    if (known != values.end()) known->second = line.substr(std::min(equals + 1, line.size()));
  }
  const auto filled = model::fill_url(text, placeholders(), values);
  const auto as_text = model::fill_url_text(text, placeholders(), values);
  require(filled.has_value() == as_text.has_value(), "a template is filled as a URL and as a text, or as neither");
  if (!filled) return;
  const auto again = model::parse_url(model::to_string(*filled));
  require(again && model::to_string(*again) == model::to_string(*filled), "a filled URL is canonical");
  require(filled->scheme == "https" || model::is_loopback(*filled), "what receives a secret is https or loopback");
  if (wrong) return;
  // The operator's value counts as it is, and what has no value has none there either: the same alternative is taken.
  auto plain_where_given = plain_values();
  plain_where_given["operator"] = values["operator"];
  for (const auto& [name, value] : values)
    if (value.empty()) plain_where_given[name].clear();
  const auto plain = model::fill_url(text, placeholders(), plain_where_given);
  if (plain) stays_inside(text, *filled, *plain);
}

}  // namespace

VALETKEY_FUZZ_TARGET(fill_template)
