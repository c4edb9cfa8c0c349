#include "oauth/validations.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "oauth/outbox.hpp"

namespace valetkey::oauth {
namespace {

using model::Code;
using model::fail;
using ports::TokenVerdict;

constexpr std::string_view kKind = "token_validation";
constexpr int kMostRounds = 5;

/// What stands between a caller and a token for now; everything else is about the connection itself.
bool is_passing(Code code) {
  return code == Code::kProviderUnavailable || code == Code::kOutcomeUnknown || code == Code::kCredentialConfiguration ||
         code == Code::kHold;
}

ports::TokenValidation unknown(std::string_view reason) { return {.outcome = TokenVerdict::kUnknown, .reason = std::string(reason)}; }

/// Found with the token itself, so it may be matched on, also where the account came from a callback (S28).
bool proves_account(const model::Connection& connection, const Client& client, const ports::TokenValidation& found) {
  return found.outcome == TokenVerdict::kValid && connection.app_user_id.empty() && !found.account.empty() &&
         found.account == connection.account && !client.set.config_services.contains("user_id_mapper");
}

}  // namespace

std::string_view to_string(TokenVerdict verdict) {
  switch (verdict) {
    case TokenVerdict::kValid: return "valid";
    case TokenVerdict::kInvalid: return "invalid";
    case TokenVerdict::kUnknown: return "unknown";
  }
  std::unreachable();
}

ports::Answer<Validations::Checked> Validations::check(const Access& access, const std::string& service) {
  auto found = co_await context_.services->validate({.tenant = access.connection->tenant,
                                                     .connection = access.connection->id,
                                                     .service = service,
                                                     .account = access.connection->account,
                                                     .access_token = access.token.access_token});
  if (!found && (found.error().code == Code::kNotFound || found.error().code == Code::kInvalidInput))  // it was when it was named
    co_return fail(Code::kConflict, fmt::format("validate connection {}: {} checks no tokens: {}", access.connection->id.str(), service,
                                                found.error().detail));
  if (!found) co_return fail(std::move(found.error()));
  co_return Checked{.found = std::move(*found), .generation = access.token.generation};
}

ports::Answer<Validations::Checked> Validations::check_renewed(const Access& access, const std::string& service, Checked first) {
  auto renewed = co_await tokens_.token_for(access.connection->tenant, access.connection->id, {.rejected_generation = first.generation});
  if (!renewed && renewed.error().code == Code::kNeedsReconnect) {
    first.is_final = true;  // there is nothing to renew it with, or the server ended the grant
    co_return first;
  }
  if (!renewed && is_passing(renewed.error().code)) co_return Checked{.found = unknown("renewal_failed"), .generation = first.generation};
  if (!renewed) co_return fail(std::move(renewed.error()));
  auto second = co_await check(*renewed, service);
  if (second && second->found.outcome == TokenVerdict::kInvalid) second->is_final = true;
  co_return second;
}

ports::Answer<ValidationReport> Validations::validate(model::TenantId tenant, model::ConnectionId id, Permission permission) {
  const auto checked_at = context_.clock.wall_now();
  auto access = co_await tokens_.token_for(tenant, id, {}, permission);
  if (!access) {
    if (!is_passing(access.error().code)) co_return fail(std::move(access.error()));
    co_return ValidationReport{unknown(model::facts(access.error().code).code), checked_at};
  }
  const auto& services = access->client->set.config_services;
  const auto named = services.find(std::string(kKind));
  if (named == services.end() || context_.services == nullptr)
    co_return fail(Code::kConflict, fmt::format("validate connection {}: its credential names no token_validation service", id.str()));
  auto checked = co_await check(*access, named->second);
  if (checked && checked->found.outcome == TokenVerdict::kInvalid)
    checked = co_await check_renewed(*access, named->second, std::move(*checked));
  if (!checked) co_return fail(std::move(checked.error()));
  context_.metrics.count("valetkey_validations_total", to_string(checked->found.outcome));
  if (auto recorded = co_await record(*access, *checked, checked_at); !recorded) co_return fail(std::move(recorded.error()));
  co_return ValidationReport{std::move(checked->found), checked_at};
}

ports::Answer<void> Validations::record(const Access& access, const Checked& checked, model::WallTime at) {
  const auto& tenant = access.connection->tenant;
  for (int round = 0; round < kMostRounds; ++round) {
    auto connection = co_await context_.records.load<model::Connection>(tenant, access.connection->id.str());
    if (!connection) co_return fail(std::move(connection.error()));
    ports::Unit unit;
    unit.preconditions.emplace_back(vault::Records::unchanged(*connection));
    connection->validation = model::Validation{std::string(to_string(checked.found.outcome)), checked.found.reason, at};
    if (proves_account(*connection, *access.client, checked.found)) {
      connection->app_user_id = connection->account;
      // Whoever waits for this user's connection looks again.
      unit.events.push_back(connection_event(context_, "connection.identified", *connection, {{"app_user_id", connection->app_user_id}}));
    }
    // A grant that was replaced or renewed meanwhile is not the one that was found invalid.
    if (checked.is_final && connection->state == model::ConnectionState::kActive &&
        connection->current_grant == access.connection->current_grant) {
      unit.preconditions.emplace_back(
          ports::Expect{model::Kind::kGrant, connection->current_grant.str(), "generation", checked.generation});
      connection->state = model::ConnectionState::kNeedsReconnect;
      connection->state_reason = "token_invalid";
      connection->updated_at = at;
      unit.events.push_back(connection_event(context_, "connection.needs_reconnect", *connection, {{"reason", checked.found.reason}}));
    }
    unit.writes.emplace_back(context_.records.put(*connection));
    auto applied = co_await context_.store().apply(std::move(unit));
    if (applied || applied.error().code != Code::kPreconditionFailed) co_return applied;
  }
  // Somebody keeps changing it: the next check finds what is then.
  co_return model::Result<void>{};
}

void Validations::after_connecting(const model::Connection& connection) {
  boost::asio::co_spawn(context_.executor, check_connected(connection.tenant, connection.credential, connection.id), boost::asio::detached);
}

ports::Task<void> Validations::check_connected(model::TenantId tenant, model::CredentialId id, model::ConnectionId connection) {
  auto credential = co_await context_.records.load<model::Credential>(tenant, id.str());
  // Without a service no token is asked for: that might renew one that was imported.
  if (!credential || !co_await has_service(*credential)) co_return;
  ++under_way_;
  co_await check_due(tenant, std::move(connection));
}

ports::Task<bool> Validations::has_service(const model::Credential& credential) const {
  auto set =
      co_await context_.records.load<model::EndpointSet>(credential.tenant, model::endpoint_set_id(credential.id, credential.endpoint_set));
  co_return set && set->config_services.contains(std::string(kKind));
}

ports::Task<void> Validations::check_due(model::TenantId tenant, model::ConnectionId connection) {
  auto report = co_await validate(tenant, connection);
  --under_way_;
  const bool is_expected = report || report.error().code == Code::kConflict || report.error().code == Code::kNotFound ||
                           model::facts(report.error().code).actor == model::Actor::kEndUser;
  if (!is_expected)
    context_.log.write(ports::LogLevel::kWarning, "a connection could not be checked, it is tried again",
                       {{"connection", connection.str()}, {"cause", report.error().detail}});
}

}  // namespace valetkey::oauth
