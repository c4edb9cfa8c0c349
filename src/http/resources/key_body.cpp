#include "http/resources/key_body.hpp"

#include <boost/json.hpp>

#include "model/enum_spelling.hpp"
#include "model/json_reader.hpp"

namespace valetkey::http {
namespace {

namespace json = boost::json;
using model::Code;
using model::fail;

constexpr std::size_t kMostIds = 100;
constexpr std::pair<std::string_view, model::KeyRole> kRoles[] = {{"tenant", model::KeyRole::kTenant},
                                                                  {"installation", model::KeyRole::kInstallation}};

void read_scopes(model::JsonReader& reader, const Caller& caller, std::vector<model::FieldError>& errors, KeySpec& spec) {
  const auto names = reader.optional_strings("scopes", kScopeCount);
  if (spec.role == model::KeyRole::kInstallation) {
    if (names && !names->empty())
      reader.error("scopes", "must be absent for an installation key: it runs the installation and sees no tenant's data");
    return;
  }
  if (!names || names->empty()) return reader.error("scopes", "is required: names of scopes, or [\"*\"] for all of your own");
  for (std::size_t i = 0; i < names->size(); ++i) {
    const auto& name = (*names)[i];
    if (const auto scope = parse_scope(name)) {
      spec.scopes.add(*scope);
    } else if (name == "*") {
      const auto all = caller.role == model::KeyRole::kInstallation ? ScopeSet::all() : caller.scopes;
      for (const auto& each : all.names()) spec.scopes.add(*parse_scope(each));
    } else {
      errors.push_back({fmt::format("/scopes/{}", i), fmt::format("is no scope; known: *, {}", fmt::join(ScopeSet::all().names(), ", "))});
    }
  }
}

void read_limits(model::JsonReader& reader, KeySpec& spec) {
  auto limits = reader.optional_object("limits");
  if (!limits) return;
  if (spec.role == model::KeyRole::kInstallation) reader.error("limits", "must be absent for an installation key");
  constexpr model::TextLimits kId{.least = 1, .most = 64};
  spec.limits.credentials = limits->optional_strings("credentials", kMostIds, kId).value_or(std::vector<std::string>{});
  spec.limits.connections = limits->optional_strings("connections", kMostIds, kId).value_or(std::vector<std::string>{});
  limits->finish();
}

void read_expiry(model::JsonReader& reader, model::WallTime now, KeySpec& spec) {
  const auto text = reader.optional_string("expires_at");
  if (!text) return;
  spec.expires_at = model::parse_rfc3339(*text);
  if (!spec.expires_at) reader.error("expires_at", "must be an RFC 3339 time such as 2027-01-02T03:04:05Z");
  else if (*spec.expires_at <= now) reader.error("expires_at", "is past");
}

void read_owner(model::JsonReader& reader, const Caller& caller, KeySpec& spec) {
  const auto tenant = reader.optional_string("tenant", {.least = 1, .most = 64});
  if (spec.role == model::KeyRole::kInstallation) {
    if (tenant) reader.error("tenant", "must be absent for an installation key");
    return;
  }
  if (caller.role != model::KeyRole::kInstallation) {
    spec.tenant = caller.tenant;
    if (tenant && *tenant != caller.tenant.str()) reader.error("tenant", "must be absent, or the tenant of the key that makes it");
    return;
  }
  if (!tenant) return reader.error("tenant", "is required: the tenant that the key belongs to");
  spec.tenant = model::TenantId{*tenant};
}

template <class Record>
ports::Answer<bool> exists(const AdminWorld& world, const model::TenantId& tenant, const std::string& id) {
  auto found = co_await world.context.records.load<Record>(tenant, id);
  if (!found && found.error().code != Code::kNotFound) co_return fail(std::move(found.error()));
  co_return found.has_value();
}

template <class Record>
ports::Answer<void> check_ids(const AdminWorld& world, const KeySpec& spec, const std::vector<std::string>& ids, std::string_view name,
                              std::vector<model::FieldError>& errors) {
  for (std::size_t i = 0; i < ids.size(); ++i) {
    auto known = co_await exists<Record>(world, spec.tenant, ids[i]);
    if (!known) co_return fail(std::move(known.error()));
    if (!*known) errors.push_back({fmt::format("/limits/{}/{}", name, i), "is not the id of one of the tenant's"});
  }
  co_return model::Result<void>{};
}

/// What the store knows: the tenant, and what the key is limited to.
ports::Answer<void> check_references(const AdminWorld& world, const KeySpec& spec, std::vector<model::FieldError>& errors) {
  if (spec.role == model::KeyRole::kInstallation) co_return model::Result<void>{};
  auto known = co_await exists<model::Tenant>(world, spec.tenant, spec.tenant.str());
  if (!known) co_return fail(std::move(known.error()));
  if (!*known) errors.push_back({"/tenant", "is not the id of a tenant"});
  if (auto checked = co_await check_ids<model::Credential>(world, spec, spec.limits.credentials, "credentials", errors); !checked)
    co_return checked;
  co_return co_await check_ids<model::Connection>(world, spec, spec.limits.connections, "connections", errors);
}

json::value text_or_null(const std::string& text) { return text.empty() ? json::value(nullptr) : json::value(text); }

}  // namespace

ports::Answer<KeySpec> read_key_spec(const AdminWorld& world, const Request& request) {
  auto body = json_object(request);
  if (!body) co_return fail(std::move(body.error()));
  const auto& caller = *request.caller;
  std::vector<model::FieldError> errors;
  model::JsonReader reader(*body, "", errors);
  KeySpec spec;
  spec.created_by = caller.key.str();
  spec.name = reader.required_string("name", {.least = 1, .most = 100});
  spec.role = reader.optional_choice<model::KeyRole>("role", kRoles).value_or(model::KeyRole::kTenant);
  read_scopes(reader, caller, errors, spec);
  read_limits(reader, spec);
  read_expiry(reader, world.context.clock.wall_now(), spec);
  read_owner(reader, caller, spec);
  reader.finish();
  if (errors.empty())
    if (auto checked = co_await check_references(world, spec, errors); !checked) co_return fail(std::move(checked.error()));
  if (!errors.empty()) co_return fail(model::invalid_input("make a key", std::move(errors)));
  co_return spec;
}

json::object key_document(const model::ApiKey& key) {
  return {{"id", key.id.str()},
          {"name", key.name},
          {"role", json::string(model::spelling(key.role))},
          {"tenant", text_or_null(key.tenant.str())},
          {"scopes", json::array(key.scopes.begin(), key.scopes.end())},
          {"limits", json::object{{"credentials", json::array(key.limits.credentials.begin(), key.limits.credentials.end())},
                                  {"connections", json::array(key.limits.connections.begin(), key.limits.connections.end())}}},
          {"expires_at", key.expires_at ? json::value(model::to_rfc3339(*key.expires_at)) : json::value(nullptr)},
          {"created_at", model::to_rfc3339(key.created_at)},
          {"created_by", key.created_by}};
}

}  // namespace valetkey::http
