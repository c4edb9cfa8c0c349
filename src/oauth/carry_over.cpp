#include "oauth/carry_over.hpp"

#include "model/json_reader.hpp"
#include "oauth/filtered_find.hpp"
#include "oauth/outbox.hpp"
#include "vault/places.hpp"

namespace valetkey::oauth {
namespace {

using model::Code;
using model::fail;
using model::Result;
using vault::Place;

constexpr int kMostRaces = 5;

ports::Answer<void> move_field(Context& context, model::Sealed& sealed, Place from, Place to) {
  if (sealed.empty()) co_return Result<void>{};
  auto plain = co_await context.keys.open(std::move(from), sealed);
  if (!plain) co_return fail(std::move(plain.error()));
  auto again = co_await context.keys.seal(std::move(to), std::move(*plain));
  if (!again) co_return fail(std::move(again.error()));
  sealed = std::move(*again);
  co_return Result<void>{};
}

/// `grant` with every field sealed for the set `to`.
ports::Answer<model::Grant> resealed(Context& context, const model::Grant& grant, const std::string& from_hash, const Client& to) {
  auto moved = grant;
  moved.endpoint_set = to.set.number;
  using PlaceOf = Place (*)(const model::Grant&, std::string_view);
  const std::pair<model::Sealed model::Grant::*, PlaceOf> fields[] = {{&model::Grant::refresh_token, vault::refresh_token_place},
                                                                      {&model::Grant::password, vault::password_place},
                                                                      {&model::Grant::extra, vault::extra_place}};
  for (const auto& [member, place_of] : fields)
    if (auto done = co_await move_field(context, moved.*member, place_of(grant, from_hash), place_of(moved, to.set_hash)); !done)
      co_return fail(std::move(done.error()));
  for (auto& token : moved.access_tokens)
    if (auto done = co_await move_field(context, token.sealed, vault::access_token_place(grant, token, from_hash),
                                        vault::access_token_place(moved, token, to.set_hash));
        !done)
      co_return fail(std::move(done.error()));
  auto data_key = co_await context.keys.current_data_key(vault::Purpose::kSecrets, moved.tenant);
  if (!data_key) co_return fail(std::move(data_key.error()));
  moved.data_key = std::move(*data_key);
  // The background refresher gave up on it while it belonged to an older set.
  moved.due_at = can_refresh(moved, to.integration, to.is_client_credentials())
                     ? due_at(moved, to.integration, context.refresh, context.clock.wall_now(), context.random.fraction())
                     : std::nullopt;
  co_return moved;
}

bool is_of_the_connection(const model::Error& error) {
  return error.code == Code::kIntegrity || error.code == Code::kKeyUnavailable || error.code == Code::kConflict ||
         error.code == Code::kNotFound || error.code == Code::kPreconditionFailed;
}

}  // namespace

ports::Answer<CarryOver::Sets> CarryOver::sets_of(const model::Credential& credential, std::int64_t from) const {
  auto older = co_await context_.records.load<model::EndpointSet>(credential.tenant, model::endpoint_set_id(credential.id, from));
  if (!older && older.error().code != Code::kNotFound) co_return fail(std::move(older.error()));
  if (!older || from >= credential.endpoint_set)
    co_return fail(
        model::invalid_input("carry connections over",
                             {{"/from", fmt::format("must be an older endpoint set than the current one, {}", credential.endpoint_set)}}));
  auto client = co_await load_client(context_, credential.tenant, credential.id, credential.endpoint_set);
  if (!client) co_return fail(std::move(client.error()));
  co_return Sets{from, older->hash(), std::move(*client)};
}

ports::Answer<CarriedOver> CarryOver::run(model::Credential credential, CarryOverWish wish, Alongside<CarriedOver> begun,
                                          Alongside<model::Connection> alongside) {
  auto sets = co_await sets_of(credential, wish.from);
  if (!sets) co_return fail(std::move(sets.error()));
  CarriedOver result{.from = wish.from, .to = credential.endpoint_set, .carried = 0, .failed = {}, .next = {}};
  ports::Unit start{.preconditions = {vault::Records::unchanged(credential)}, .writes = {}, .events = {}, .audit = {}};
  if (begun) begun(start, result);
  if (auto applied = co_await context_.store().apply(std::move(start)); !applied) co_return fail(std::move(applied.error()));

  auto grants = co_await filtered_find<model::Grant>(
      context_.records, {.tenant = credential.tenant.str(), .equal = {{"credential", credential.id.str()}}, .after = std::move(wish.after)},
      static_cast<std::size_t>(wish.most) + 1, [&](const model::Grant& grant) { return grant.endpoint_set == wish.from; });
  if (!grants) co_return fail(std::move(grants.error()));
  if (std::cmp_greater(grants->size(), wish.most)) {
    grants->pop_back();
    if (!grants->empty()) result.next = grants->back().id.str();
  }
  for (const auto& grant : *grants) {
    auto carried = co_await carry_guarded(*sets, grant, alongside);
    if (!carried && !is_of_the_connection(carried.error())) co_return fail(std::move(carried.error()));
    if (carried) ++result.carried;
    else result.failed.push_back(grant.connection.str());
  }
  co_return result;
}

/// Under the guard of the grant: what was under way for the old endpoints has ended, and nothing begins meanwhile.
ports::Answer<void> CarryOver::carry_guarded(const Sets& sets, const model::Grant& grant, const Alongside<model::Connection>& alongside) {
  co_return co_await refresher_.exclusively({grant.tenant, grant.connection, grant.id},
                                            [this, &sets, &grant, &alongside]() -> ports::Answer<void> {
                                              for (int race = 0;; ++race) {
                                                auto carried = co_await carry(sets, grant, alongside);
                                                if (carried || carried.error().code != Code::kPreconditionFailed || race == kMostRaces)
                                                  co_return carried;
                                              }
                                            });
}

ports::Answer<void> CarryOver::carry(const Sets& sets, const model::Grant& listed, const Alongside<model::Connection>& alongside) {
  auto grant = co_await context_.records.load<model::Grant>(listed.tenant, listed.id.str());
  if (!grant) co_return fail(std::move(grant.error()));
  if (grant->endpoint_set != sets.from) co_return Result<void>{};  // connected anew meanwhile
  auto connection = co_await context_.records.load<model::Connection>(grant->tenant, grant->connection.str());
  if (!connection) co_return fail(std::move(connection.error()));
  auto credential = co_await context_.records.load<model::Credential>(grant->tenant, grant->credential.str());
  if (!credential) co_return fail(std::move(credential.error()));
  if (credential->endpoint_set != sets.to.set.number)
    co_return fail(Code::kConflict, "carry connections over: the endpoints changed again meanwhile");
  auto moved = co_await resealed(context_, *grant, sets.from_hash, sets.to);
  if (!moved) co_return fail(std::move(moved.error()));

  ports::Unit unit;
  unit.preconditions = {vault::Records::unchanged(*grant), vault::Records::unchanged(*connection), vault::Records::unchanged(*credential)};
  // Refused while another node is refreshing it.
  unit.writes.emplace_back(ports::TakeLease{lease_name(grant->id), context_.owner, grant->tenant.str(), context_.refresh.lease});
  unit.writes.emplace_back(ports::DropLease{lease_name(grant->id), context_.owner});
  unit.writes.emplace_back(context_.records.put(*moved));
  const bool is_current = connection->current_grant == grant->id;
  if (is_current && connection->state == model::ConnectionState::kNeedsReconnect && connection->state_reason == "endpoints_changed") {
    connection->state = model::ConnectionState::kActive;
    connection->state_reason.clear();
    unit.events.push_back(connection_event(context_, "connection.recovered", *connection));
  }
  connection->updated_at = context_.clock.wall_now();
  unit.writes.emplace_back(context_.records.put(*connection));
  if (alongside) alongside(unit, *connection);
  co_return co_await context_.store().apply(std::move(unit));
}

}  // namespace valetkey::oauth
