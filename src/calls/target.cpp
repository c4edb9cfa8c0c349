#include "calls/target.hpp"

#include <algorithm>

#include "calls/path_rules.hpp"
#include "calls/query.hpp"
#include "model/encoding.hpp"

namespace valetkey::calls {
namespace {

/// Some servers end a parameter at a semicolon too: what such a one would see counts.
bool names_fixed(const Api& api, std::string_view raw) {
  for (std::string_view rest = raw;;) {
    const auto end = rest.find(';');
    const auto name = parameter_name(rest.substr(0, end));
    if (std::ranges::any_of(api.query, [&](const FixedParameter& fixed) { return fixed.name == name; })) return true;
    if (end == std::string_view::npos) return false;
    rest.remove_prefix(end + 1);
  }
}

void add_query(std::string& target, const Api& api, std::string_view asked, std::string_view token) {
  char separator = '?';
  const auto add = [&](std::string_view parameter) {
    target.append(1, separator).append(parameter);
    separator = '&';
  };
  for_each_parameter(asked, [&](std::string_view raw) {
    if (!names_fixed(api, raw)) add(raw);
  });
  const auto encoded = model::percent_encode(token);
  for (const auto& fixed : api.query) add(fixed.text.with(encoded));
}

/// What would end the target, or its path, where another reader does not see it end.
bool breaks_target(std::string_view text) {
  return std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) <= 0x20 || c == 0x7f || c == '#'; });
}

std::optional<std::string> fault_of(const Below& below) {
  if (below.path) {
    if (auto wrong = path_fault(*below.path)) return wrong;
    if (breaks_target(*below.path) || below.path->contains('?')) return "the path holds a byte that must be percent-encoded";
  }
  if (below.query && breaks_target(*below.query)) return "the query holds a byte that must be percent-encoded";
  return std::nullopt;
}

}  // namespace

model::Result<void> check_below(const Below& below) {
  if (auto wrong = fault_of(below)) return model::fail(model::Code::kInvalidInput, "call the API: " + *wrong + " (S15)");
  return {};
}

bool is_below(std::string_view base_path, std::string_view path) {
  return path.starts_with(base_path) && (path.size() == base_path.size() || path[base_path.size()] == '/');
}

model::Result<std::string> target_of(const Api& api, const Below& below, std::string_view token) {
  std::string target;
  target.reserve(api.base.path.size() + (below.path ? below.path->size() : 0) + (below.query ? below.query->size() : 0) + 2);
  if (auto fine = check_below(below); !fine) return model::fail(std::move(fine.error()));
  if (below.path) {
    target.append(api.base_path).append("/").append(*below.path);
  } else {
    target = api.base.path;
  }
  if (!is_below(api.base_path, target)) return model::fail(model::Code::kInternal, "call the API: the target left the base URI");
  if (!api.query.empty()) add_query(target, api, below.query.value_or(std::string_view{}), token);
  else if (below.query) target.append("?").append(*below.query);
  return target;
}

}  // namespace valetkey::calls
