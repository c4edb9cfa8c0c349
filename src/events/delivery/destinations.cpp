#include "events/delivery/destinations.hpp"

#include <algorithm>

#include "events/delivery/standard_webhooks.hpp"
#include "vault/places.hpp"

namespace valetkey::events {
namespace {

using model::Code;

constexpr std::int64_t kMostDestinations = 200;  // of a tenant
constexpr std::size_t kMostSecrets = 8;

model::Error conflict(model::Error error, std::string_view doing) {
  if (error.code == Code::kConflict)
    return {.code = Code::kConflict,
            .detail = std::string(doing) + ": the name is taken",
            .log = std::move(error.log),
            .fields = {{"/name", "is the name of another destination of this tenant"}}};
  return model::in_context(std::move(error), doing);
}

}  // namespace

ports::Answer<model::Destination> DestinationRecords::load(model::TenantId tenant, std::string id) const {
  co_return co_await context_.records.load<model::Destination>(std::move(tenant), std::move(id));
}

/// A secret is known by when it was set: two of one moment would be one.
ports::Answer<model::Secret> DestinationRecords::add_secret(model::Destination& destination) const {
  auto secret = make_webhook_secret(context_.random);
  model::StoredSecret stored{.set_at = context_.clock.wall_now()};
  if (!destination.secrets.empty()) stored.set_at = std::max(stored.set_at, destination.secrets.front().set_at + model::Milliseconds{1});
  auto sealed = co_await context_.keys.seal(vault::destination_secret_place(destination, stored.set_at), secret);
  if (!sealed) co_return model::fail(std::move(sealed.error()));
  stored.sealed = std::move(*sealed);
  destination.secrets.insert(destination.secrets.begin(), std::move(stored));
  co_return secret;
}

ports::Answer<DestinationChange> DestinationRecords::save(DestinationChange change, ports::Precondition expected,
                                                          const AlongsideDestination& alongside) const {
  ports::Unit unit;
  unit.preconditions.push_back(std::move(expected));
  ++change.destination.revision;  // as the store will have it
  if (alongside) alongside(unit, change);
  unit.writes.emplace_back(context_.records.put(change.destination));
  if (auto saved = co_await context_.store().apply(std::move(unit)); !saved) co_return model::fail(std::move(saved.error()));
  co_return change;
}

ports::Answer<DestinationChange> DestinationRecords::create(model::TenantId tenant, const boost::json::object& body,
                                                            AlongsideDestination alongside) {
  auto wish = read_destination(body, {.tenant = tenant});
  if (!wish) co_return model::fail(std::move(wish.error()));
  DestinationChange made{std::move(wish->destination)};
  auto& destination = made.destination;
  destination.id = ports::new_id<model::DestinationId>(context_.clock, context_.random);
  destination.created_at = destination.updated_at = context_.clock.wall_now();
  auto secret = co_await add_secret(destination);
  if (!secret) co_return model::fail(std::move(secret.error()));
  made.secret = std::move(*secret);
  auto saved =
      co_await save(std::move(made), ports::ExpectFewer{model::Kind::kDestination, tenant.str(), kMostDestinations - 1}, alongside);
  if (!saved) co_return model::fail(conflict(std::move(saved.error()), "make a destination"));
  co_return saved;
}

ports::Answer<void> DestinationRecords::carry_secrets(const model::Destination& before, model::Destination& after) const {
  for (auto& secret : after.secrets) {
    auto opened = co_await context_.keys.open(vault::destination_secret_place(before, secret.set_at), secret.sealed);
    if (!opened) co_return model::fail(std::move(opened.error()));
    auto sealed = co_await context_.keys.seal(vault::destination_secret_place(after, secret.set_at), std::move(*opened));
    if (!sealed) co_return model::fail(std::move(sealed.error()));
    secret.sealed = std::move(*sealed);
  }
  co_return model::Result<void>{};
}

ports::Answer<DestinationChange> DestinationRecords::change(model::Destination before, const boost::json::object& body,
                                                            AlongsideDestination alongside) {
  auto wish = read_destination(body, before);
  if (!wish) co_return model::fail(std::move(wish.error()));
  DestinationChange changed{std::move(wish->destination)};
  auto& destination = changed.destination;
  destination.updated_at = context_.clock.wall_now();
  if (destination.url != before.url && wish->keeps_secret) {
    if (auto carried = co_await carry_secrets(before, destination); !carried) co_return model::fail(std::move(carried.error()));
  } else if (destination.url != before.url) {
    destination.secrets.clear();
    auto secret = co_await add_secret(destination);
    if (!secret) co_return model::fail(std::move(secret.error()));
    changed.secret = std::move(*secret);
  }
  auto saved = co_await save(std::move(changed), vault::Records::unchanged(before), alongside);
  if (!saved) co_return model::fail(conflict(std::move(saved.error()), "change the destination"));
  if (!saved->destination.is_enabled) outbound_.sender().cancel_pending(before.tenant, before.id);
  else if (!before.is_enabled || saved->destination.url != before.url) outbound_.breakers().succeeded(before.id);
  co_return saved;
}

ports::Answer<DestinationChange> DestinationRecords::rotate_secret(model::Destination destination, model::Seconds overlap,
                                                                   AlongsideDestination alongside) {
  const auto expected = vault::Records::unchanged(destination);
  const auto now = context_.clock.wall_now();
  std::erase_if(destination.secrets, [&](const auto& secret) { return secret.valid_until && *secret.valid_until <= now; });
  for (auto& secret : destination.secrets) secret.valid_until = std::min(secret.valid_until.value_or(now + overlap), now + overlap);
  if (destination.secrets.size() >= kMostSecrets) destination.secrets.resize(kMostSecrets - 1);
  auto secret = co_await add_secret(destination);
  if (!secret) co_return model::fail(std::move(secret.error()));
  destination.updated_at = now;
  auto saved = co_await save({std::move(destination), std::move(*secret)}, expected, alongside);
  if (!saved) co_return model::fail(model::in_context(std::move(saved.error()), "rotate the secret of the destination"));
  co_return saved;
}

ports::Answer<void> DestinationRecords::remove(model::Destination destination, AlongsideDestination alongside) {
  ports::Unit unit;
  unit.preconditions.emplace_back(vault::Records::unchanged(destination));
  unit.writes.emplace_back(ports::Erase{model::Kind::kDestination, destination.id.str()});
  if (alongside) alongside(unit, {destination});
  if (auto removed = co_await context_.store().apply(std::move(unit)); !removed)
    co_return model::fail(model::in_context(std::move(removed.error()), "delete the destination"));
  outbound_.breakers().succeeded(destination.id);
  outbound_.sender().cancel_pending(destination.tenant, destination.id);
  co_return model::Result<void>{};
}

ports::Answer<Attempted> DestinationRecords::test(const model::Destination& destination) {
  auto event = destination_event(context_, "destination.test", destination.tenant, destination.id, {});
  auto attempted = co_await attempt(context_, destination, event);
  if (attempted && attempted->record.error.empty()) {
    outbound_.breakers().succeeded(destination.id);
    outbound_.sender().wake();
  }
  co_return attempted;
}

ports::Answer<DestinationHealth> DestinationRecords::health(const model::Destination& destination) const {
  DestinationHealth out{.breaker = outbound_.breakers().state(destination.id)};
  for (const auto& [state, into] : {std::pair{"pending", &out.pending}, {"dead", &out.dead}}) {
    auto counted = co_await context_.store().count(
        {.kind = model::Kind::kDelivery, .equal = {{"destination", destination.id.str()}, {"state", std::string(state)}}});
    if (!counted) co_return model::fail(std::move(counted.error()));
    *into = *counted;
  }
  const auto last = outbound_.sender().last_of(destination.id);
  out.last_success_at = last.success_at;
  out.last_failure_at = last.failure_at;
  co_return out;
}

}  // namespace valetkey::events
