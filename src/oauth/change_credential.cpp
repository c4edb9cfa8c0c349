#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "model/json_reader.hpp"
#include "oauth/credential_rules.hpp"
#include "oauth/credentials.hpp"
#include "oauth/endpoint_change.hpp"
#include "oauth/older_connections.hpp"
#include "oauth/outbox.hpp"

namespace valetkey::oauth {
namespace {

using model::fail;

constexpr std::string_view kDoing = "change the credential";
/// How long the older secret is tried behind one that PATCH brought.
constexpr model::Seconds kWindow{24 * 60 * 60};

ports::Answer<bool> has_connections(const Context& context, const model::Credential& credential) {
  auto found = co_await context.records.find<model::Connection>(
      {.tenant = credential.tenant.str(), .equal = {{"credential", credential.id.str()}}, .limit = 1});
  if (!found) co_return fail(std::move(found.error()));
  co_return !found->empty();
}

/// The set after the change with the secret of this request, and its write into `unit`.
ports::Answer<model::EndpointSet> put_set(Context& context, ports::Unit& unit, const CredentialView& before, EndpointEffect effect,
                                          model::EndpointSet set, std::optional<model::Secret> secret) {
  const bool is_changed = effect != EndpointEffect::kKept || secret.has_value();
  if (!is_changed) co_return set;
  if (secret)
    if (auto sealed = co_await add_secret(context, set, std::move(*secret), context.clock.wall_now() + kWindow); !sealed)
      co_return fail(std::move(sealed.error()));
  if (effect == EndpointEffect::kNewSet) {
    auto older = co_await has_connections(context, before.credential);
    if (!older) co_return fail(std::move(older.error()));
    set.has_older_connections = *older;
    unit.preconditions.emplace_back(ports::ExpectAbsent{model::Kind::kEndpointSet, model::endpoint_set_id(set.credential, set.number)});
  } else {
    unit.preconditions.emplace_back(vault::Records::unchanged(before.set));
  }
  unit.writes.emplace_back(context.records.put(set));
  ++set.revision;
  co_return set;
}

}  // namespace

ports::Answer<CredentialView> Credentials::change(CredentialView before, boost::json::value document, Alongside<CredentialView> alongside) {
  auto rules = co_await rules_of(context_, before.credential.tenant);
  if (!rules) co_return fail(std::move(rules.error()));
  auto input = model::read_credential_change(document, before.credential, before.integration, rules->rules);
  if (!input) co_return fail(std::move(input.error()));
  auto after = std::move(input->credential);
  if (auto settled = co_await settle_config_services(context_, after, document); !settled) co_return fail(std::move(settled.error()));
  ports::Unit unit;
  unit.preconditions.emplace_back(vault::Records::unchanged(before.credential));
  if (after.callback_key.empty())
    if (auto settled = co_await settle_callback_key(context_, unit, after, before.integration, document); !settled)
      co_return fail(std::move(settled.error()));

  const bool is_secret_given = input->client_secret.has_value();
  const auto effect = endpoint_effect(before, after, rules->rules, is_secret_given);
  auto set = set_after(effect, before, after, rules->rules, context_.clock.wall_now());
  if (auto missing = model::check_secret_again(before.set, set, is_secret_given))
    co_return fail(model::invalid_input(std::string(kDoing), {std::move(*missing)}));
  auto stored = co_await put_set(context_, unit, before, effect, std::move(set), std::move(input->client_secret));
  if (!stored) co_return fail(std::move(stored.error()));
  after.endpoint_set = stored->number;
  after.updated_at = context_.clock.wall_now();
  if (is_secret_given || effect == EndpointEffect::kNewSet) after.client_error.reset();
  unit.writes.emplace_back(context_.records.put(after));
  if (effect == EndpointEffect::kNewSet)
    unit.events.push_back(credential_event(context_, "credential.endpoints_changed", after,
                                           {{"from_endpoint_set", before.set.number}, {"to_endpoint_set", stored->number}}));
  ++after.revision;
  CredentialView changed{std::move(after), std::move(*stored), std::move(before.integration)};
  if (alongside) alongside(unit, changed);
  if (auto applied = co_await context_.store().apply(std::move(unit)); !applied)
    co_return fail(credential_conflict(std::move(applied.error()), kDoing));
  if (effect == EndpointEffect::kNewSet)
    boost::asio::co_spawn(context_.executor,
                          mark_older_connections(context_, changed.credential.tenant, changed.credential.id, changed.set.number),
                          boost::asio::detached);
  co_return changed;
}

}  // namespace valetkey::oauth
