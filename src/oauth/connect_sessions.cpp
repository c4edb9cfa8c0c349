#include "oauth/connect_sessions.hpp"

#include "model/digest.hpp"
#include "model/json_reader.hpp"
#include "oauth/outbox.hpp"
#include "oauth/return_urls.hpp"

namespace valetkey::oauth {
namespace {

using model::Code;
using model::fail;

bool holds(const std::vector<std::string>& list, const std::string& item) { return std::ranges::find(list, item) != list.end(); }

/// What of the wish does not fit the credential (S11, checklist 1 and 18).
std::vector<model::FieldError> misfits(const SessionWish& wish, const Client& client) {
  std::vector<model::FieldError> errors;
  const auto& credential = client.credential;
  if (credential.grant_type != model::GrantType::kAuthorizationCode)
    errors.push_back({"/credential", "its grant type has no connect page; make the connection with POST /v1/connections"});
  if (!wish.return_url.empty() && !is_return_url(credential.return_urls, wish.return_url))
    errors.push_back(
        {"/return_url", "is not one of the credential's return_urls; they are compared exactly, but for the port at 127.0.0.1"});
  if (!wish.opener_origin.empty() && !holds(credential.opener_origins, wish.opener_origin))
    errors.push_back({"/opener_origin", "is not one of the credential's opener_origins; they are compared exactly"});
  if (wish.return_url.empty() && credential.completion == model::Completion::kConfirmed)
    errors.push_back({"/return_url",
                      "is required, also beside opener_origin until pop-ups come with a later version: the confirmation code must come "
                      "back to the product (S7)"});
  for (std::size_t i = 0; i < wish.scopes.size(); ++i)
    if (!holds(client.scopes(), wish.scopes[i])) errors.push_back({fmt::format("/scopes/{}", i), "is not one of the credential's scopes"});
  return errors;
}

/// A renewal belongs to the same end user and credential (S9).
ports::Answer<void> check_renewal(const Context& context, const model::TenantId& tenant, const SessionWish& wish) {
  auto connection = co_await context.records.load<model::Connection>(tenant, wish.connection->str());
  if (!connection) co_return fail(std::move(connection.error()));
  if (connection->credential != wish.credential || connection->end_user.id != wish.end_user.id)
    co_return fail(model::invalid_input("make a connect session",
                                        {{"/connection", "belongs to another credential or end user; a renewal keeps both"}}));
  if (connection->state == model::ConnectionState::kAwaitingConfirmation)
    co_return fail(
        model::invalid_input("make a connect session", {{"/connection", "was never confirmed; connect anew without `connection`"}}));
  co_return model::Result<void>{};
}

bool is_ended(const model::ConnectSession& session, model::WallTime now) {
  return session.expires_at <= now || session.state == model::SessionState::kCompleted || session.state == model::SessionState::kAuthorized;
}

}  // namespace

std::string session_token_hash(std::string_view token) { return model::sha256_hex(token); }

ports::Answer<ports::ExpectFewer> connection_quota(const Context& context, const model::TenantId& tenant) {
  auto record = co_await context.records.load_any<model::Tenant>(tenant.str());
  if (!record) co_return fail(std::move(record.error()));
  co_return room_for_one(model::Kind::kConnection, tenant, record->policy.max_connections.value_or(context.quotas.connections));
}

void install_grant(const Context& context, ports::Unit& unit, model::Connection& connection, const model::Grant& grant) {
  const bool is_renewal = !connection.current_grant.empty() && connection.current_grant != grant.id;
  if (is_renewal) unit.writes.emplace_back(ports::Erase{model::Kind::kGrant, connection.current_grant.str()});
  connection.current_grant = grant.id;
  connection.state = model::ConnectionState::kActive;
  connection.state_reason.clear();
  connection.updated_at = context.clock.wall_now();
  unit.writes.emplace_back(context.records.put(connection));
  unit.events.push_back(connection_event(context, is_renewal ? "connection.reconnected" : "connection.created", connection));
}

ports::Answer<MadeSession> ConnectSessions::create(model::TenantId tenant, SessionWish wish, Alongside<MadeSession> alongside) {
  auto credential = co_await context_.records.load<model::Credential>(tenant, wish.credential.str());
  if (!credential) co_return fail(std::move(credential.error()));
  auto client = co_await load_client(context_, tenant, wish.credential, credential->endpoint_set);
  if (!client) co_return fail(std::move(client.error()));
  if (auto errors = misfits(wish, *client); !errors.empty())
    co_return fail(model::invalid_input("make a connect session", std::move(errors)));
  if (wish.connection)
    if (auto fits = co_await check_renewal(context_, tenant, wish); !fits) co_return fail(std::move(fits.error()));

  MadeSession made;
  made.token = model::Secret(context_.random.token(32));
  made.connect_url = fmt::format("{}/connect/{}", context_.flow.public_url, made.token.reveal());
  auto& session = made.session;
  session.id = ports::new_id<model::ConnectSessionId>(context_.clock, context_.random);
  session.tenant = tenant;
  session.credential = wish.credential;
  session.end_user = std::move(wish.end_user);
  session.renews = wish.connection;
  session.return_url = std::move(wish.return_url);
  session.opener_origin = std::move(wish.opener_origin);
  session.scopes = std::move(wish.scopes);
  session.token_hash = session_token_hash(made.token.reveal());
  session.created_at = context_.clock.wall_now();
  session.expires_at = session.created_at + context_.flow.session_lifetime;
  ports::Unit unit{.writes = {context_.records.put(session)}};
  if (alongside) alongside(unit, made);
  if (auto applied = co_await context_.store().apply(std::move(unit)); !applied) co_return fail(std::move(applied.error()));
  session.revision = 1;
  co_return made;
}

ports::Answer<OpenSession> ConnectSessions::open(std::string token) const {
  auto found = co_await context_.records.find<model::ConnectSession>({.equal = {{"token_hash", session_token_hash(token)}}, .limit = 1});
  if (!found) co_return fail(std::move(found.error()));
  if (found->empty() || is_ended(found->front(), context_.clock.wall_now()))
    co_return fail(Code::kNotFound, "this connect link is not known, was used, or has ended; ask for a new one");
  auto& session = found->front();
  auto tenant = co_await context_.records.load_any<model::Tenant>(session.tenant.str());
  if (!tenant) co_return fail(std::move(tenant.error()));
  auto credential = co_await context_.records.load<model::Credential>(session.tenant, session.credential.str());
  if (!credential) co_return fail(std::move(credential.error()));
  auto client = co_await load_client(context_, session.tenant, session.credential, credential->endpoint_set);
  if (!client) co_return fail(std::move(client.error()));
  co_return OpenSession{std::move(session), std::move(*client), std::move(*tenant)};
}

ports::Answer<model::Connection> ConnectSessions::confirm(model::TenantId tenant, model::ConnectSessionId session_id, std::string code,
                                                          Alongside<model::Connection> alongside) {
  auto session = co_await context_.records.load<model::ConnectSession>(tenant, session_id.str());
  if (!session) co_return fail(std::move(session.error()));
  const auto place = "confirm connect session " + session_id.str();
  if (session->state != model::SessionState::kAuthorized)
    co_return fail(Code::kConflict,
                   place + (session->state == model::SessionState::kCompleted ? ": it was confirmed already"
                                                                              : ": no account was connected through it yet"));
  if (!model::Secret::equals(model::sha256_hex(code), session->confirm_hash))
    co_return fail(model::invalid_input(place, {{"/code", "is not the code of this session"}}));
  if (!session->confirm_expires_at || *session->confirm_expires_at <= context_.clock.wall_now())
    co_return fail(Code::kConflict, place + ": the code ended; let the end user connect again");

  auto connection = co_await context_.records.load<model::Connection>(tenant, session->connection->str());
  if (!connection) co_return fail(std::move(connection.error()));
  auto grant = co_await context_.records.load<model::Grant>(tenant, session->grant->str());
  if (!grant) co_return fail(std::move(grant.error()));
  auto credential = co_await context_.records.load<model::Credential>(tenant, session->credential.str());
  if (!credential) co_return fail(std::move(credential.error()));
  if (credential->endpoint_set != grant->endpoint_set)  // S1
    co_return fail(Code::kConflict, place + ": the credential's endpoints changed meanwhile; let the end user connect again");
  ports::Unit unit;
  unit.preconditions = {vault::Records::unchanged(*session), vault::Records::unchanged(*connection),
                        vault::Records::unchanged(*credential)};
  session->state = model::SessionState::kCompleted;
  session->confirm_hash.clear();
  unit.writes.emplace_back(context_.records.put(*session));
  connection->account = session->account;
  connection->app_user_id = session->app_user_id;
  connection->fields = session->fields;
  install_grant(context_, unit, *connection, *grant);
  ++connection->revision;
  if (alongside) alongside(unit, *connection);
  auto applied = co_await context_.store().apply(std::move(unit));
  if (!applied && applied.error().code == Code::kPreconditionFailed)
    co_return fail(Code::kConflict, place + ": it changed meanwhile, read it again");
  if (!applied) co_return fail(std::move(applied.error()));
  if (context_.after_connecting) context_.after_connecting(*connection);
  co_return std::move(*connection);
}

ports::Answer<int> ConnectSessions::end_expired() {
  const auto now = context_.clock.wall_now();
  auto ended = co_await context_.records.find<model::ConnectSession>({.at_most = {{"expires_at", model::to_unix_ms(now)}}, .limit = 200});
  if (!ended) co_return fail(std::move(ended.error()));
  int count = 0;
  for (const auto& session : *ended) {
    const bool may_be_confirmed = session.confirm_expires_at && *session.confirm_expires_at > now;
    if (session.state == model::SessionState::kAuthorized && may_be_confirmed) continue;
    ports::Unit unit;
    unit.preconditions.emplace_back(vault::Records::unchanged(session));
    unit.writes.emplace_back(ports::Erase{model::Kind::kConnectSession, session.id.str()});
    if (session.state == model::SessionState::kAuthorized) {
      if (session.grant) unit.writes.emplace_back(ports::Erase{model::Kind::kGrant, session.grant->str()});
      if (session.connection && !session.renews)
        unit.writes.emplace_back(ports::Erase{model::Kind::kConnection, session.connection->str()});
    }
    if (auto applied = co_await context_.store().apply(std::move(unit)); applied) ++count;
  }
  co_return count;
}

}  // namespace valetkey::oauth
