#include "http/bootstrap.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "http/api_keys.hpp"

namespace valetkey::http {
namespace {

using model::Code;
using ports::LogLevel;

constexpr std::size_t kLeastGiven = 32;  // characters behind the prefix
constexpr std::size_t kMostGiven = 200;
constexpr model::Seconds kLifetime{24 * 60 * 60};

bool is_key_char(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_'; }

model::Result<void> check_given(const model::Secret& given) {
  auto text = given.reveal();
  const bool has_prefix = text.starts_with(kTenantKeyPrefix);
  if (has_prefix) text.remove_prefix(kTenantKeyPrefix.size());
  if (has_prefix && text.size() >= kLeastGiven && text.size() <= kMostGiven && std::ranges::all_of(text, is_key_char)) return {};
  return model::fail(Code::kInvalidInput,
                     "bootstrap_key: must be vk_ and 32 to 200 characters of A-Z, a-z, 0-9, - and _; make one with: "
                     "echo vk_$(openssl rand -base64 32 | tr '+/' '-_' | tr -d '=')");
}

/// Somebody else was faster: another node starts at the same time.
bool is_there(const model::Result<void>& applied) { return applied || applied.error().code == Code::kPreconditionFailed; }

}  // namespace

ports::Answer<void> Bootstrap::run(model::Secret given) const {
  if (!given.empty())
    if (auto ok = check_given(given); !ok) co_return ok;
  if (auto ok = co_await ensure_default_tenant(); !ok) co_return ok;
  auto installation = co_await world_.records.load_any<model::Installation>(std::string(kInstallationRow));
  if (!installation) co_return model::fail(model::in_context(std::move(installation.error()), "read the installation record"));
  auto old = co_await world_.records.find<model::ApiKey>({.equal = {{"role", "bootstrap"}}});
  if (!old) co_return model::fail(model::in_context(std::move(old.error()), "read the bootstrap key"));
  if (installation->first_admin_at) {
    if (!given.empty()) world_.log.write(LogLevel::kInfo, "bootstrap_key is ignored: an admin key exists", {});
    co_return co_await erase(std::move(*old));
  }
  if (given.empty()) co_return co_await use_made(std::move(*old));
  co_return co_await use_given(std::move(given), std::move(*old));
}

ports::Answer<void> Bootstrap::ensure_default_tenant() const {
  const model::Tenant tenant{.id = model::TenantId{std::string(kDefaultTenant)}, .name = "default", .created_at = world_.clock.wall_now()};
  ports::Unit unit;
  unit.preconditions.emplace_back(ports::ExpectAbsent{model::Kind::kTenant, tenant.id.str()});
  unit.writes.emplace_back(world_.records.put(tenant));
  auto applied = co_await world_.records.store().apply(std::move(unit));
  if (!is_there(applied)) co_return model::fail(model::in_context(std::move(applied.error()), "make the default tenant"));
  co_return model::Result<void>{};
}

ports::Answer<void> Bootstrap::use_given(model::Secret given, std::vector<model::ApiKey> old) const {
  const auto lookup = key_lookup(world_.keys, given.reveal());
  const auto same = std::ranges::find(old, lookup, &model::ApiKey::lookup);
  if (same == old.end()) co_return co_await replace(std::move(given), std::move(old));
  if (same->expires_at && *same->expires_at <= world_.clock.wall_now())
    world_.log.write(LogLevel::kWarning, "the bootstrap key is older than 24 h and opens nothing: set another one", {});
  co_return model::Result<void>{};
}

ports::Answer<void> Bootstrap::use_made(std::vector<model::ApiKey> old) const {
  if (auto left = world_.file.read(); left) {
    const model::Secret text(std::move(*left));
    const auto same = std::ranges::find(old, key_lookup(world_.keys, text.reveal()), &model::ApiKey::lookup);
    if (same != old.end() && same->expires_at && *same->expires_at > world_.clock.wall_now()) {
      world_.log.write(LogLevel::kInfo, "the bootstrap key is in a file", {{"path", world_.file.path}});
      co_return model::Result<void>{};
    }
  }
  model::Secret text(std::string(kTenantKeyPrefix) + world_.random.token(32));
  if (auto written = world_.file.write(text.reveal()); !written)
    co_return model::fail(model::in_context(std::move(written.error()), "write the bootstrap key"));
  auto replaced = co_await replace(std::move(text), std::move(old));
  if (replaced) world_.log.write(LogLevel::kInfo, "the bootstrap key is in a file", {{"path", world_.file.path}});
  co_return replaced;
}

ports::Answer<void> Bootstrap::replace(model::Secret text, std::vector<model::ApiKey> old) const {
  KeySpec spec{.tenant = model::TenantId{std::string(kDefaultTenant)},
               .role = model::KeyRole::kBootstrap,
               .name = "bootstrap",
               .scopes = ScopeSet::all(),
               .expires_at = world_.clock.wall_now() + kLifetime,
               .created_by = "system"};
  const auto made = make_key_of(std::move(text), std::move(spec), world_.keys, world_.clock, world_.random);
  ports::Unit unit;
  for (const auto& key : old) unit.writes.emplace_back(ports::Erase{model::Kind::kApiKey, key.id.str()});
  unit.writes.emplace_back(world_.records.put(made.record));
  auto applied = co_await world_.records.store().apply(std::move(unit));
  if (!applied) co_return model::fail(model::in_context(std::move(applied.error()), "store the bootstrap key"));
  co_return model::Result<void>{};
}

ports::Answer<void> Bootstrap::erase(std::vector<model::ApiKey> old) const {
  if (auto removed = world_.file.remove(); !removed)
    world_.log.write(LogLevel::kWarning, "the file of the dead bootstrap key cannot be removed", {{"path", world_.file.path}});
  if (old.empty()) co_return model::Result<void>{};
  ports::Unit unit;
  for (const auto& key : old) unit.writes.emplace_back(ports::Erase{model::Kind::kApiKey, key.id.str()});
  co_return co_await world_.records.store().apply(std::move(unit));
}

}  // namespace valetkey::http
