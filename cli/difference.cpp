#include "cli/difference.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "model/integration_document.hpp"

namespace valetkey::cli {
namespace {

namespace json = boost::json;

bool is_nothing(const json::value* value) {
  if (value == nullptr || value->is_null()) return true;
  if (const auto* text = value->if_string()) return text->empty();
  if (const auto* items = value->if_array()) return items->empty();
  if (const auto* object = value->if_object()) return object->empty();
  return false;
}

bool is_operators(const json::object& current, std::string_view member) {
  const auto* origins = current.if_contains("origins");
  const auto* origin = origins == nullptr || !origins->is_object() ? nullptr : origins->as_object().if_contains(member);
  if (origin != nullptr && origin->is_string()) return origin->as_string() == "operator";
  return !is_nothing(current.if_contains(member));
}

/// Whether the current object has each member of the wanted one; a null is met by nothing there.
bool has_all(const json::object& wanted, const json::value* current) {
  static const json::object kEmpty;
  const auto& there = current != nullptr && current->is_object() ? current->as_object() : kEmpty;
  for (const auto& member : wanted) {
    const auto* value = there.if_contains(member.key());
    if (member.value().is_null() ? !is_nothing(value) : value == nullptr || *value != member.value()) return false;
  }
  return true;
}

bool is_by_member(std::string_view name) { return name == "config_services" || name == "placeholders"; }

json::object with_members(json::object document, const json::object& members) {
  for (const auto& member : members) {
    if (member.value().is_null()) document.erase(member.key());
    else document.insert_or_assign(member.key(), member.value());
  }
  return document;
}

/// As the API would answer it; nothing where it is no integration.
json::value normal(json::object document) {
  document.erase("custom");
  auto integration = model::parse_integration(document);
  return integration ? model::to_json(*integration) : json::value(nullptr);
}

}  // namespace

json::object credential_difference(const json::object& wanted, const json::object& current) {
  json::object out;
  for (const auto& member : wanted) {
    const auto name = member.key();
    const auto* there = current.if_contains(name);
    bool is_met = false;
    if (member.value().is_null()) is_met = !is_operators(current, name);
    else if (is_by_member(name) && member.value().is_object()) is_met = has_all(member.value().as_object(), there);
    else is_met = there != nullptr && *there == member.value() && (is_operators(current, name) || !is_nothing(there));
    if (!is_met) out.emplace(name, member.value());
  }
  return out;
}

json::object integration_difference(const json::object& wanted, const json::object& current) {
  json::object out;
  const auto before = normal(current);
  for (const auto& member : wanted) {
    const auto* there = current.if_contains(member.key());
    const bool is_same = member.value().is_null() ? is_nothing(there) : there != nullptr && *there == member.value();
    const auto after = is_same ? before : normal(with_members(current, {{member.key(), member.value()}}));
    if (!is_same && (after.is_null() || after != before)) out.emplace(member.key(), member.value());
  }
  return out;
}

json::object policy_difference(const json::object& wanted, const json::object& current) {
  json::object out;
  for (const auto& member : wanted) {
    const auto* there = current.if_contains(member.key());
    const bool is_same = there != nullptr && (*there == member.value() || (member.value().is_null() && *there == json::value(false)));
    if (!is_same) out.emplace(member.key(), member.value());
  }
  return out;
}

}  // namespace valetkey::cli
