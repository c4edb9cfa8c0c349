#include "oauth/credentials.hpp"

#include <fmt/format.h>

#include "model/effective.hpp"
#include "model/json_reader.hpp"
#include "oauth/client.hpp"
#include "oauth/credential_rules.hpp"
#include "oauth/filtered_find.hpp"
#include "vault/places.hpp"

namespace valetkey::oauth {
namespace {

using model::fail;

/// Older secrets that are tried behind the newest: more would be more failed logins per request.
constexpr std::size_t kMostSecrets = 5;

ports::Answer<CredentialView> view_of(const Context& context, model::Credential credential) {
  auto set =
      co_await context.records.load<model::EndpointSet>(credential.tenant, model::endpoint_set_id(credential.id, credential.endpoint_set));
  if (!set) co_return fail(std::move(set.error()));
  auto integration = co_await integration_of(context, credential.tenant, credential.integration);
  if (!integration) co_return fail(std::move(integration.error()));
  co_return CredentialView{std::move(credential), std::move(*set), std::move(*integration)};
}

void end_older(std::vector<model::StoredSecret>& secrets, model::WallTime until, model::WallTime now) {
  for (auto& secret : secrets)
    if (!secret.valid_until || *secret.valid_until > until) secret.valid_until = until;
  std::erase_if(secrets, [&](const auto& secret) { return *secret.valid_until <= now; });
  if (secrets.size() >= kMostSecrets) secrets.resize(kMostSecrets - 1);
}

}  // namespace

ports::Answer<CredentialView> Credentials::load(model::TenantId tenant, model::CredentialId id) const {
  auto credential = co_await context_.records.load<model::Credential>(tenant, id.str());
  if (!credential) co_return fail(std::move(credential.error()));
  co_return co_await view_of(context_, std::move(*credential));
}

ports::Answer<std::vector<CredentialView>> Credentials::list(model::TenantId tenant, CredentialFilter filter, std::string after,
                                                             int limit) const {
  ports::Query query{.tenant = tenant.str(), .after = std::move(after)};
  if (!filter.integration.empty()) query.equal.emplace_back("integration", filter.integration);
  auto found = co_await filtered_find<model::Credential>(
      context_.records, std::move(query), static_cast<std::size_t>(limit), [&](const model::Credential& credential) {
        return (!filter.grant_type || *filter.grant_type == credential.grant_type) && credential.name.starts_with(filter.name_prefix) &&
               (!filter.is_permitted || filter.is_permitted(credential));
      });
  if (!found) co_return fail(std::move(found.error()));
  std::vector<CredentialView> views;
  for (auto& credential : *found) {
    auto view = co_await view_of(context_, std::move(credential));
    if (view) views.push_back(std::move(*view));
    else if (view.error().code != model::Code::kNotFound) co_return fail(std::move(view.error()));  // deleted meanwhile: left out
  }
  co_return views;
}

ports::Answer<CredentialView> Credentials::rotate_secret(CredentialView before, SecretRotation rotation,
                                                         Alongside<CredentialView> alongside) {
  constexpr std::string_view kDoing = "rotate the client secret";
  if (before.set.client_authentication == model::ClientAuthentication::kNone)
    co_return fail(
        model::invalid_input(std::string(kDoing), {{"/client_secret", "a public client has none (client_authentication none)"}}));
  const auto now = context_.clock.wall_now();
  ports::Unit unit;
  unit.preconditions = {vault::Records::unchanged(before.credential), vault::Records::unchanged(before.set)};
  auto after = std::move(before);
  if (auto sealed = co_await add_secret(context_, after.set, std::move(rotation.client_secret), now + rotation.window); !sealed)
    co_return fail(std::move(sealed.error()));
  after.credential.client_error.reset();
  after.credential.updated_at = now;
  unit.writes = {context_.records.put(after.set), context_.records.put(after.credential)};
  ++after.set.revision;
  ++after.credential.revision;
  if (alongside) alongside(unit, after);
  if (auto applied = co_await context_.store().apply(std::move(unit)); !applied)
    co_return fail(model::in_context(std::move(applied.error()), kDoing));
  co_return after;
}

model::CredentialUrls urls_of(const Context& context, const model::Credential& credential) {
  const auto& base = context.flow.public_url;
  return {.webhook_url = fmt::format("{}/hooks/{}/{}", base, credential.integration, credential.webhook_key),
          .action_url = fmt::format("{}/actions/{}/{}", base, credential.integration, credential.webhook_key),
          .callback_url = base + model::callback_path(credential.integration, credential.callback_key)};
}

ports::Answer<void> add_secret(Context& context, model::EndpointSet& set, model::Secret secret, model::WallTime older_until) {
  const auto now = context.clock.wall_now();
  model::StoredSecret stored{.sealed = {}, .set_at = now, .valid_until = {}};
  // The time is part of what the secret is sealed to, so that no two of a set share it.
  if (!set.secrets.empty()) stored.set_at = std::max(now, set.secrets.front().set_at + model::Milliseconds{1});
  auto sealed = co_await context.keys.seal(vault::client_secret_place(set, stored.set_at), std::move(secret));
  if (!sealed) co_return fail(std::move(sealed.error()));
  stored.sealed = std::move(*sealed);
  end_older(set.secrets, older_until, now);
  set.secrets.insert(set.secrets.begin(), std::move(stored));
  co_return model::Result<void>{};
}

}  // namespace valetkey::oauth
