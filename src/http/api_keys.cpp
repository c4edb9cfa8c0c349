#include "http/api_keys.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "http/bootstrap.hpp"
#include "model/digest.hpp"
#include "model/encoding.hpp"
#include "model/enum_spelling.hpp"

namespace valetkey::http {
namespace {

using model::Code;
using model::KeyRole;

constexpr std::size_t kKeyBytes = 32;

std::string joined(const std::vector<std::string>& parts) { return fmt::format("{}", fmt::join(parts, " ")); }

/// Empty means everything, so that only an empty limit of the maker holds an empty one.
bool is_within(const std::vector<std::string>& wanted, const std::vector<std::string>& limit) {
  if (limit.empty()) return true;
  return !wanted.empty() && std::ranges::all_of(wanted, [&](const auto& id) { return std::ranges::find(limit, id) != limit.end(); });
}

std::vector<model::FieldError> excess(const Caller& maker, const KeySpec& wanted) {
  std::vector<model::FieldError> errors;
  if (const auto missing = wanted.scopes.without(maker.scopes); !missing.empty())
    errors.push_back({"/scopes", fmt::format("the key that makes it lacks {}", joined(missing.names()))});
  if (!is_within(wanted.limits.credentials, maker.limits.credentials))
    errors.push_back({"/limits/credentials", "must name some of the credentials that the key that makes it is limited to"});
  if (!is_within(wanted.limits.connections, maker.limits.connections))
    errors.push_back({"/limits/connections", "must name some of the connections that the key that makes it is limited to"});
  if (maker.expires_at && (!wanted.expires_at || *wanted.expires_at > *maker.expires_at))
    errors.push_back(
        {"/expires_at", fmt::format("must not be after {}, when the key that makes it expires", model::to_rfc3339(*maker.expires_at))});
  return errors;
}

bool makes_keys(const model::ApiKey& key) { return key.role == KeyRole::kTenant && ScopeSet::of(key.scopes).has(Scope::kKeysWrite); }

}  // namespace

MadeKey make_key(KeySpec spec, const vault::KeyRing& keys, const ports::Clock& clock, ports::Random& random) {
  const auto prefix = spec.role == KeyRole::kInstallation ? kInstallationKeyPrefix : kTenantKeyPrefix;
  model::Secret text(std::string(prefix) + random.token(kKeyBytes));
  return make_key_of(std::move(text), std::move(spec), keys, clock, random);
}

MadeKey make_key_of(model::Secret text, KeySpec spec, const vault::KeyRing& keys, const ports::Clock& clock, ports::Random& random) {
  model::ApiKey record{.id = ports::new_id<model::ApiKeyId>(clock, random),
                       .tenant = std::move(spec.tenant),
                       .role = spec.role,
                       .name = std::move(spec.name),
                       .scopes = spec.scopes.names(),
                       .limits = std::move(spec.limits),
                       .expires_at = spec.expires_at,
                       .lookup = key_lookup(keys, text.reveal()),
                       .created_at = clock.wall_now(),
                       .created_by = std::move(spec.created_by)};
  record.hash = key_hash(keys, text.reveal(), record);
  return {.record = std::move(record), .text = std::move(text)};
}

std::string key_lookup(const vault::KeyRing& keys, std::string_view text) { return model::to_hex(keys.mac("api-key-lookup", text)); }

std::string key_hash(const vault::KeyRing& keys, std::string_view text, const model::ApiKey& record) {
  const auto expiry = record.expires_at ? std::to_string(model::to_unix_ms(*record.expires_at)) : std::string();
  auto bytes = model::length_prefixed({text, record.id.str(), record.tenant.str(), model::spelling(record.role), joined(record.scopes),
                                       joined(record.limits.credentials), joined(record.limits.connections), expiry});
  auto hash = model::to_hex(keys.mac("api-key", bytes));
  model::Secret::wipe(bytes);
  return hash;
}

model::Result<void> check_within(const Caller& maker, const KeySpec& wanted) {
  if (wanted.role == KeyRole::kBootstrap) return model::fail(Code::kForbidden, "make a key: the bootstrap key is made at start only");
  if (maker.role == KeyRole::kInstallation) return {};
  const bool is_bootstrap = maker.role == KeyRole::kBootstrap;
  if (wanted.role == KeyRole::kInstallation) {
    if (is_bootstrap) return {};
    return model::fail(Code::kForbidden, "make a key: an installation key is made by an installation key or the bootstrap key");
  }
  if (wanted.tenant != maker.tenant)
    return model::fail(Code::kForbidden, "make a key: it must belong to the tenant of the key that makes it");
  auto errors = excess(maker, wanted);
  // The bootstrap key lives a day; the keys it is there to make may live on.
  if (is_bootstrap) std::erase_if(errors, [](const auto& error) { return error.pointer == "/expires_at"; });
  if (errors.empty()) return {};
  return model::fail(model::Error{
      .code = Code::kForbidden, .detail = "make a key: it may do more than the key that makes it", .fields = std::move(errors)});
}

ports::Answer<ports::Unit> unit_of_new_key(const vault::Records& records, const ports::Clock& clock, model::ApiKey record) {
  ports::Unit unit;
  unit.preconditions.emplace_back(ports::ExpectAbsent{model::Kind::kApiKey, record.id.str()});
  unit.writes.emplace_back(records.put(record));
  if (!makes_keys(record)) co_return unit;
  auto installation = co_await records.load_any<model::Installation>(std::string(kInstallationRow));
  if (!installation) co_return model::fail(model::in_context(std::move(installation.error()), "make a key"));
  if (installation->first_admin_at) co_return unit;
  unit.preconditions.emplace_back(vault::Records::unchanged(*installation));
  installation->first_admin_at = clock.wall_now();
  unit.writes.emplace_back(records.put(*installation));
  co_return unit;
}

}  // namespace valetkey::http
