#include <fmt/format.h>

#include <algorithm>

#include "model/integration_rules.hpp"
#include "model/json_reader.hpp"
#include "model/placeholder_text.hpp"

namespace valetkey::model {
namespace {

using Errors = std::vector<FieldError>;

/// A value that an earlier look-up or anybody before it gives; the look-up's own and those of later ones come too late.
void check_url(const Integration& integration, const LookUp& lookup, const std::set<std::string>& looked_up, PlainHttp plain_http,
               const std::string& pointer, Errors& errors) {
  if (lookup.url.empty()) return;  // told as required
  if (auto wrong = check_url_template(lookup.url, integration.placeholders, plain_http)) {
    errors.push_back({pointer, std::move(*wrong)});
    return;
  }
  for (const auto& name : placeholder_names(lookup.url)) {
    const auto* placeholder = find_placeholder(integration.placeholders, name);
    if (placeholder != nullptr && placeholder->filled_by == FilledBy::kLookup && !looked_up.contains(name))
      errors.push_back({pointer, fmt::format("{{{}}} has no value yet when this look-up is made", name)});
  }
}

void check_choice(const Integration& integration, const LookUpChoice& choose, const std::string& pointer, Errors& errors) {
  if (choose.by.empty() != choose.among.empty()) errors.push_back({pointer, "by and among are given together"});
  if (choose.by.empty()) return;
  const auto* by = find_placeholder(integration.placeholders, choose.by);
  if (by == nullptr || (by->filled_by != FilledBy::kEndUser && by->filled_by != FilledBy::kOperator))
    errors.push_back({pointer + "/by", "must name a placeholder that is declared with filled_by = end_user or operator"});
}

void check_fill(const Integration& integration, const LookUp& lookup, const std::set<std::string>& looked_up, const std::string& pointer,
                Errors& errors) {
  if (lookup.fill.empty()) errors.push_back({pointer, "must fill at least one placeholder"});
  for (const auto& [name, path] : lookup.fill) {
    const auto* placeholder = find_placeholder(integration.placeholders, name);
    if (placeholder == nullptr || placeholder->filled_by != FilledBy::kLookup)
      errors.push_back({pointer_to(pointer, name), "must name a placeholder that is declared with filled_by = lookup"});
    if (looked_up.contains(name)) errors.push_back({pointer_to(pointer, name), "is filled by an earlier look-up already"});
    if (path.empty()) errors.push_back({pointer_to(pointer, name), "must name what is taken from the item"});
  }
}

}  // namespace

bool is_looked_up(const Integration& integration, std::string_view placeholder) {
  return std::ranges::any_of(integration.lookups, [&](const LookUp& lookup) { return lookup.fill.contains(std::string(placeholder)); });
}

void check_lookups(const Integration& integration, PlainHttp plain_http, Errors& errors) {
  std::set<std::string> names, looked_up;
  for (std::size_t i = 0; i < integration.lookups.size(); ++i) {
    const auto& lookup = integration.lookups[i];
    const auto pointer = fmt::format("/lookups/{}", i);
    if (!names.insert(lookup.name).second) errors.push_back({pointer + "/name", "is given twice"});
    check_url(integration, lookup, looked_up, plain_http, pointer + "/url", errors);
    check_choice(integration, lookup.choose, pointer + "/choose", errors);
    check_fill(integration, lookup, looked_up, pointer + "/fill", errors);
    for (const auto& [name, path] : lookup.fill) looked_up.insert(name);
  }
}

}  // namespace valetkey::model
