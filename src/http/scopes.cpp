#include "http/scopes.hpp"

#include <array>

namespace valetkey::http {
namespace {

constexpr std::array<std::string_view, kScopeCount> kNames{
    "integrations:read",
    "integrations:write",
    "credentials:read",
    "credentials:write",
    "connections:read",
    "connections:write",
    "connect:read",
    "connect:write",
    "services:read",
    "services:write",
    "destinations:read",
    "destinations:write",
    "endpoints:read",
    "endpoints:write",
    "tokens:read",
    "tokens:refresh",
    "proxy",
    "events:read",
    "events:raw",
    "events:replay",
    "keys:write",
    "audit:read",
    "metrics:read",
    "secrets:export",
};

}  // namespace

std::string_view to_string(Scope scope) { return kNames[static_cast<std::size_t>(scope)]; }

std::optional<Scope> parse_scope(std::string_view text) {
  for (std::size_t i = 0; i < kNames.size(); ++i)
    if (kNames[i] == text) return static_cast<Scope>(i);
  return std::nullopt;
}

std::vector<std::string> ScopeSet::names() const {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < kNames.size(); ++i)
    if (has(static_cast<Scope>(i))) names.emplace_back(kNames[i]);
  return names;
}

ScopeSet ScopeSet::of(const std::vector<std::string>& names) {
  ScopeSet set;
  for (const auto& name : names)
    if (const auto scope = parse_scope(name)) set.add(*scope);
  return set;
}

}  // namespace valetkey::http
