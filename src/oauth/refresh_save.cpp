#include "oauth/refresh_save.hpp"

#include <boost/json.hpp>

#include "model/json_reader.hpp"
#include "oauth/outbox.hpp"
#include "oauth/refresher.hpp"
#include "vault/places.hpp"

namespace valetkey::oauth {
namespace {

using model::Code;

/// Everything a success writes: tokens, and the one place where failures are cleared.
ports::Unit success_unit(const Context& context, GrantState& state, std::int64_t generation_spent) {
  ports::Unit unit;
  unit.preconditions.emplace_back(ports::Expect{model::Kind::kGrant, state.grant.id.str(), "generation", generation_spent});
  unit.writes.emplace_back(context.records.put(state.grant));
  unit.writes.emplace_back(ports::DropLease{lease_name(state.grant.id), context.owner});
  // Somebody who took this request for lost may have given the connection up meanwhile: then it is read again.
  unit.preconditions.emplace_back(vault::Records::unchanged(state.connection));
  // A late answer for endpoints that were given up heals nothing (S1).
  const bool is_in_force = state.grant.endpoint_set == state.client.credential.endpoint_set;
  const bool is_current = state.connection.current_grant == state.grant.id;
  if (is_current && is_in_force && state.connection.state == model::ConnectionState::kNeedsReconnect) {
    state.connection.state = model::ConnectionState::kActive;
    state.connection.state_reason.clear();
    state.connection.updated_at = context.clock.wall_now();
    unit.writes.emplace_back(context.records.put(state.connection));
    unit.events.push_back(connection_event(context, "connection.recovered", state.connection));
  }
  if (state.client.credential.client_error) {
    unit.preconditions.emplace_back(vault::Records::unchanged(state.client.credential));
    state.client.credential.client_error.reset();
    unit.writes.emplace_back(context.records.put(state.client.credential));
    unit.events.push_back(credential_event(context, "credential.recovered", state.client.credential));
  }
  return unit;
}

std::string rescue_name(const model::Grant& grant) { return fmt::format("{}-{}-{}", grant.tenant.str(), grant.id.str(), grant.generation); }

/// A renewed grant as text: its row, of which the store's columns are part, and who holds its lease.
std::string text_of(const Context& context, const model::Grant& grant, std::int64_t generation_spent) {
  return boost::json::serialize(boost::json::object{{"doc", model::to_row(grant).doc},
                                                    {"connection", grant.connection.str()},
                                                    {"owner", context.owner},
                                                    {"spent", generation_spent},
                                                    {"generation", grant.generation},
                                                    {"due_at", grant.due_at ? model::to_unix_ms(*grant.due_at) : 0},
                                                    {"data_key", grant.data_key}});
}

/// The stored grant with what was rescued of it.
model::Result<model::Grant> rescued_of(const model::Grant& stored, const boost::json::object& kept) {
  auto row = model::to_row(stored);
  row.doc = kept.at("doc").as_string();
  auto grant = model::from_row<model::Grant>(row);
  if (!grant) return grant;
  grant->generation = kept.at("generation").to_number<std::int64_t>();
  grant->data_key = kept.at("data_key").as_string();
  const auto due = kept.at("due_at").to_number<std::int64_t>();
  grant->due_at = due > 0 ? std::optional(model::from_unix_ms(due)) : std::nullopt;
  return grant;
}

ports::Answer<void> keep_outside(Context& context, const model::Grant& grant, std::int64_t generation_spent) {
  const auto text = text_of(context, grant, generation_spent);
  auto sealed = co_await context.keys.seal(vault::rescue_place(grant.tenant, grant.id, grant.generation), model::Secret(text));
  if (!sealed) co_return model::fail(std::move(sealed.error()));
  co_return co_await context.rescue.keep(rescue_name(grant), std::move(sealed->bytes));
}

/// Reads connection and credential again, which others may have written meanwhile. kNotFound when the grant is gone or superseded.
ports::Answer<void> read_around(const Context& context, GrantState& state, std::int64_t generation_spent) {
  const auto& tenant = state.grant.tenant;
  auto stored = co_await context.records.load<model::Grant>(tenant, state.grant.id.str());
  if (!stored) co_return model::fail(std::move(stored.error()));
  if (stored->generation != generation_spent) {
    const bool is_ours = stored->generation == state.grant.generation && stored->refresh_token.bytes == state.grant.refresh_token.bytes;
    if (!is_ours) co_return model::fail(Code::kNotFound, "the grant was renewed by another request meanwhile");
  }
  auto connection = co_await context.records.load<model::Connection>(tenant, state.connection.id.str());
  if (!connection) co_return model::fail(std::move(connection.error()));
  auto credential = co_await context.records.load<model::Credential>(tenant, state.client.credential.id.str());
  if (!credential) co_return model::fail(std::move(credential.error()));
  state.connection = std::move(*connection);
  state.client.credential = std::move(*credential);
  co_return model::Result<void>{};
}

/// What became of one record: nullopt, it cannot be used yet and stays; false, it is obsolete.
ports::Answer<std::optional<bool>> recover_one(Context& context, const model::TenantId& tenant, const model::GrantId& grant_id,
                                               const boost::json::object& kept) {
  auto state = co_await read_state(context, tenant, model::ConnectionId{std::string(kept.at("connection").as_string())});
  if (!state && state.error().code != Code::kNotFound) co_return model::fail(std::move(state.error()));
  if (!state || state->grant.id != grant_id) co_return false;
  auto renewed = rescued_of(state->grant, kept);
  if (!renewed) co_return std::nullopt;
  state->grant = std::move(*renewed);
  auto stored = co_await save_renewed(context, std::move(*state), kept.at("spent").to_number<std::int64_t>(), [](const model::Error&) {});
  if (!stored && stored.error().code != Code::kNotFound) co_return std::nullopt;
  // The life that held the lease has ended with its token saved: nothing of it is under way that the lease would guard.
  ports::Unit unit{.writes = {ports::DropLease{lease_name(grant_id), std::string(kept.at("owner").as_string())}}};
  if (auto dropped = co_await context.store().apply(std::move(unit)); !dropped) co_return model::fail(std::move(dropped.error()));
  co_return stored.has_value();
}

}  // namespace

ports::Answer<GrantState> save_renewed(Context& context, GrantState state, std::int64_t generation_spent,
                                       const std::function<void(model::Error)>& on_store_down) {
  bool is_rescued = false;
  for (int failures = 0;;) {
    GrantState saved = state;
    auto applied = co_await context.store().apply(success_unit(context, saved, generation_spent));
    if (applied) {
      if (is_rescued) (void)co_await context.rescue.drop(rescue_name(state.grant));
      ++saved.grant.revision;
      co_return saved;
    }
    if (model::is_store_down(applied.error())) {
      if (!is_rescued) {
        auto kept = co_await keep_outside(context, state.grant, generation_spent);
        is_rescued = kept.has_value();
        context.log.write(ports::LogLevel::kError, "the store is down after a token exchange, the new token is kept outside it",
                          {{"grant", state.grant.id.str()}, {"rescued", is_rescued ? "yes" : "no"}});
        context.metrics.count("valetkey_refresh_rescues_total", is_rescued ? "kept" : "failed");
        on_store_down(applied.error());
      }
      ++failures;
      const auto until = next_attempt_at(context.clock.wall_now(), failures, {}, context.refresh, context.random.fraction());
      co_await context.clock.sleep_until(context.clock.boot_now() + (until - context.clock.wall_now()));
    } else if (applied.error().code != Code::kPreconditionFailed) {
      co_return model::fail(std::move(applied.error()));
    }
    auto around = co_await read_around(context, state, generation_spent);
    if (!around && !model::is_store_down(around.error())) {
      if (is_rescued) (void)co_await context.rescue.drop(rescue_name(state.grant));
      co_return model::fail(std::move(around.error()));
    }
  }
}

ports::Answer<int> recover_rescued(Context& context) {
  auto records = co_await context.rescue.all();
  if (!records) co_return model::fail(std::move(records.error()));
  int saved = 0;
  for (const auto& [name, sealed] : *records) {
    const auto first = name.find('-');
    const auto last = name.rfind('-');
    if (first == std::string::npos || first == last) continue;
    const model::TenantId tenant{name.substr(0, first)};
    const model::GrantId grant{name.substr(first + 1, last - first - 1)};
    auto opened = co_await context.keys.open(vault::rescue_place(tenant, grant, std::strtoll(name.c_str() + last + 1, nullptr, 10)),
                                             model::Sealed{sealed});
    const auto parsed = opened ? model::parse_json(opened->reveal()) : model::Result<boost::json::value>(boost::json::value());
    std::optional<bool> outcome;
    if (opened && parsed && parsed->is_object()) {
      auto recovered = co_await recover_one(context, tenant, grant, parsed->as_object());
      if (!recovered) co_return model::fail(std::move(recovered.error()));
      outcome = *recovered;
    }
    if (!outcome) {
      context.log.write(ports::LogLevel::kError, "a rescued token cannot be used, it is left where it is", {{"grant", grant.str()}});
      continue;
    }
    if (*outcome) ++saved;
    if (auto dropped = co_await context.rescue.drop(name); !dropped) co_return model::fail(std::move(dropped.error()));
  }
  co_return saved;
}

}  // namespace valetkey::oauth
