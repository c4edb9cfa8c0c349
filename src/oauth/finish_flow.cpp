#include <boost/json.hpp>

#include "model/digest.hpp"
#include "model/placeholder_text.hpp"
#include "oauth/account.hpp"
#include "oauth/app_user.hpp"
#include "oauth/authorization_flow.hpp"
#include "oauth/credentials.hpp"
#include "oauth/exchange_error.hpp"
#include "oauth/grant_tokens.hpp"
#include "oauth/id_token.hpp"
#include "oauth/look_up.hpp"
#include "oauth/outbox.hpp"
#include "oauth/token_endpoint.hpp"
#include "oauth/token_request.hpp"
#include "vault/places.hpp"

namespace valetkey::oauth {
namespace {

using model::Code;
using model::fail;
using model::Result;

/// A failure of a flow: the code that pages, events and the product see, and the error behind it.
struct FlowFailure {
  std::string code;
  model::Error error;
  std::string choice_field;          ///< the placeholder to choose one of all `choices` in; empty: there are more, or no placeholder
  std::vector<std::string> choices;
};
template <class T>
using FlowResult = std::expected<T, FlowFailure>;

std::unexpected<FlowFailure> stop(std::string code, model::Error error) {
  return std::unexpected(FlowFailure{.code = std::move(code), .error = std::move(error)});
}
std::unexpected<FlowFailure> stop(std::string code, std::string detail) {
  return stop(std::move(code), model::Error{.code = Code::kProviderRejected, .detail = std::move(detail)});
}
std::unexpected<FlowFailure> stop(model::Error error) {
  std::string code(model::facts(error.code).code);
  return stop(std::move(code), std::move(error));
}

/// One parameter of the callback; twice is an error (RFC 6749 3.1).
FlowResult<std::string> parameter(const model::Pairs& query, std::string_view name) {
  auto value = model::single_value(query, name);
  if (!value) return stop("malformed_callback", std::move(value.error()));
  return value->value_or("");
}

/// Erases the flow before anything else happens, so that `state` works once (checklist 5). nullopt: unknown or used.
ports::Answer<std::optional<model::Flow>> consume(const Context& context, const std::string& state) {
  auto flow = co_await context.records.load_any<model::Flow>(model::sha256_hex(state));
  if (!flow && flow.error().code == Code::kNotFound) co_return std::nullopt;
  if (!flow) co_return fail(std::move(flow.error()));
  auto applied = co_await context.store().apply(
      {.preconditions = {ports::Expect{model::Kind::kFlow, flow->id, "expires_at", model::to_unix_ms(flow->expires_at)}},
       .writes = {ports::Erase{model::Kind::kFlow, flow->id}}});
  if (!applied && applied.error().code == Code::kPreconditionFailed) co_return std::nullopt;
  if (!applied) co_return fail(std::move(applied.error()));
  co_return std::move(*flow);
}

/// RFC 9207 2.4: an `iss` that is there must be the issuer that was asked; where the server announces it, it must be there.
FlowResult<void> check_issuer(const model::Flow& flow, const Client& client, const model::Pairs& query) {
  auto iss = parameter(query, "iss");
  if (!iss) return std::unexpected(std::move(iss.error()));
  if (iss->empty() && client.integration.requires_iss)
    return stop("issuer_missing", "the answer does not name its issuer, which this server always does (RFC 9207)");
  if (!iss->empty() && !flow.issuer.empty() && *iss != flow.issuer)
    return stop("issuer_mismatch", "the answer comes from another authorisation server than the one that was asked (RFC 9700 4.4)");
  return {};
}

FlowResult<std::string> code_of(const model::Pairs& query, const Client& client) {
  auto error = parameter(query, "error");
  if (!error) return std::unexpected(std::move(error.error()));
  if (!error->empty()) {
    const auto code = *error == "access_denied" ? std::string("access_denied") : "provider_error";
    const auto description = model::single_value(query, "error_description");
    return stop(code, fmt::format("the provider answered {}{}{}", model::clipped(*error), description && *description ? ": " : "",
                                  description && *description ? model::clipped(**description) : ""));
  }
  auto code = parameter(query, client.integration.callback_code);
  if (!code) return std::unexpected(std::move(code.error()));
  if (code->empty()) return stop("malformed_callback", "the answer holds neither a code nor an error");
  return code;
}

/// Values that the callback or the token response fill in, each checked against its placeholder (S3).
FlowResult<void> capture(const Client& client, const std::map<std::string, std::string>& found,
                         std::map<std::string, std::string>& fields) {
  for (const auto& [name, value] : found) {
    if (const auto* placeholder = model::find_placeholder(client.integration.placeholders, name))
      if (auto wrong = model::check_value(*placeholder, value))
        return stop("unexpected_value", fmt::format("the provider's value for {} {}", name, *wrong));
    fields[name] = value;
  }
  return {};
}

std::map<std::string, std::string> declared_parameters(const Client& client, const model::Pairs& query) {
  std::map<std::string, std::string> found;
  for (const auto& [name, theirs] : client.integration.capture.callback)
    if (auto value = model::single_value(query, theirs); value && *value) found[name] = **value;
  return found;
}

/// One flow on its way from the callback to the record.
struct Finishing {
  Context& context;
  const model::Flow& flow;
  model::ConnectSession& session;
  Client client;
  std::map<std::string, std::string> fields;
  std::vector<std::string> scopes;
  model::WallTime sent_at{};
};

ports::Task<FlowResult<TokenAnswer>> exchange_code(Finishing& at, const std::string& code) {
  auto url = filled_url(at.client, at.client.integration.token_url, at.fields);
  if (!url) co_return stop(std::move(url.error()));
  if (*url != at.flow.token_url) co_return stop("endpoints_changed", "the token endpoint is not the one the flow began with");
  std::string verifier;
  if (!at.flow.code_verifier.empty()) {
    auto opened = co_await at.context.keys.open(vault::code_verifier_place(at.flow), at.flow.code_verifier);
    if (!opened) co_return stop(std::move(opened.error()));
    verifier = opened->reveal();
  }
  const auto integration = with_filled_parameters(at.client, at.fields);
  if (!integration) co_return stop(integration.error());
  Exchange wish{
      .url = *url, .parameters = code_parameters(*integration, code, at.flow.redirect_uri, verifier), .secrets = {code, verifier}};
  wish.step = token_step(at.client, ports::TokenStep::Kind::kGeneration, at.fields, at.scopes);
  wish.step.redirect_uri = at.flow.redirect_uri;
  wish.step.secrets.emplace("code", code);
  if (!verifier.empty()) wish.step.secrets.emplace("code_verifier", verifier);
  auto permit = co_await at.context.budget.acquire(budget_owner(at.client, *url));
  at.sent_at = at.context.clock.wall_now();
  auto answer = co_await exchange(at.context, at.client, std::move(wish));
  if (!answer) co_return stop("exchange_failed", error_of(answer.error(), "exchange the code at " + at.client.integration.slug));
  co_return std::move(*answer);
}

FlowResult<boost::json::object> id_claims(const Finishing& at, const TokenAnswer& answer) {
  if (answer.id_token.empty()) {
    if (!at.flow.nonce_hash.empty()) return stop("id_token_missing", "an ID token was asked for and is not in the answer");
    return boost::json::object{};
  }
  auto claims = checked_claims(answer.id_token.reveal(), {.issuer = at.flow.issuer,
                                                          .client_id = at.client.set.client_id,
                                                          .nonce_hash = at.flow.nonce_hash,
                                                          .now = at.context.clock.wall_now()});
  if (!claims) return stop("id_token_mismatch", std::move(claims.error()));
  return std::move(*claims);
}

/// The connection that this flow makes or renews; for a renewal the account must be the same (S9).
ports::Task<FlowResult<model::Connection>> connection_for(Finishing& at, const std::string& account) {
  if (!at.session.renews) {
    model::Connection connection;
    connection.id = ports::new_id<model::ConnectionId>(at.context.clock, at.context.random);
    connection.tenant = at.session.tenant;
    connection.credential = at.session.credential;
    connection.end_user = at.session.end_user;
    connection.account = account;
    connection.created_at = at.context.clock.wall_now();
    co_return connection;
  }
  auto renewed = co_await at.context.records.load<model::Connection>(at.session.tenant, at.session.renews->str());
  if (!renewed) co_return stop(std::move(renewed.error()));
  if (!renewed->account.empty() && renewed->account != account)
    co_return stop("account_mismatch", "another account was connected than the one to renew; the connection stays as it was");
  renewed->account = account;
  co_return std::move(*renewed);
}

/// Fills in what the integration looks up with the new token; a renewal keeps what the connection had.
ports::Task<FlowResult<void>> fill_by_lookups(Finishing& at, const TokenAnswer& answer, const model::Connection& connection) {
  auto fields = co_await look_up(at.context, at.client,
                                 {.access_token = answer.access_token, .fields = std::move(at.fields), .earlier = connection.fields});
  if (!fields) {
    auto& failure = fields.error();
    co_return std::unexpected(FlowFailure{.code = std::move(failure.code),
                                          .error = std::move(failure.error),
                                          .choice_field = failure.has_more ? std::string{} : std::move(failure.field),
                                          .choices = std::move(failure.choices)});
  }
  at.fields = std::move(*fields);
  co_return FlowResult<void>{};
}

/// Everything the success of a flow writes, as one unit. In confirmed mode the grant waits beside the connection.
ports::Task<FlowResult<void>> store(Finishing& at, model::Connection connection, model::Grant grant, CallbackEnd& end) {
  auto& context = at.context;
  ports::Unit unit;
  unit.preconditions.emplace_back(vault::Records::unchanged(at.session));
  if (at.session.renews) {
    unit.preconditions.emplace_back(vault::Records::unchanged(connection));
  } else {
    unit.preconditions.emplace_back(ports::ExpectAbsent{model::Kind::kConnection, connection.id.str()});
    auto quota = co_await connection_quota(context, connection.tenant);
    if (!quota) co_return stop(std::move(quota.error()));
    unit.preconditions.emplace_back(*quota);
  }
  unit.preconditions.emplace_back(is_still_there(at.client.credential));
  connection.updated_at = context.clock.wall_now();
  if (at.client.credential.completion == model::Completion::kImmediate) {
    connection.fields = at.fields;
    install_grant(context, unit, connection, grant);
    at.session.state = model::SessionState::kCompleted;
  } else {
    end.confirmation_code = model::Secret(context.random.token(32));
    at.session.state = model::SessionState::kAuthorized;
    at.session.confirm_hash = model::sha256_hex(end.confirmation_code.reveal());
    at.session.confirm_expires_at = context.clock.wall_now() + context.flow.confirm_lifetime;
    if (!at.session.renews) {
      connection.fields = at.fields;
      connection.current_grant = grant.id;
      connection.state = model::ConnectionState::kAwaitingConfirmation;
      unit.writes.emplace_back(context.records.put(connection));
    }
  }
  at.session.connection = connection.id;
  at.session.grant = grant.id;
  at.session.account = connection.account;
  at.session.app_user_id = connection.app_user_id;
  at.session.fields = at.fields;
  at.session.error.clear();
  at.session.choice_field.clear();
  at.session.choices.clear();
  unit.writes.emplace_back(context.records.put(at.session));
  unit.writes.emplace_back(context.records.put(grant));
  auto applied = co_await context.store().apply(std::move(unit));
  if (!applied) co_return stop(std::move(applied.error()));
  if (at.session.state == model::SessionState::kCompleted && context.after_connecting) context.after_connecting(connection);
  co_return FlowResult<void>{};
}

ports::Task<FlowResult<void>> finish_in(Finishing& at, const model::Pairs& query, CallbackEnd& end) {
  if (auto fits = check_issuer(at.flow, at.client, query); !fits) co_return std::unexpected(std::move(fits.error()));
  auto code = code_of(query, at.client);
  if (!code) co_return std::unexpected(std::move(code.error()));
  if (at.client.set.number != at.client.credential.endpoint_set)
    co_return stop("endpoints_changed", "the credential's endpoints changed while the end user was at the provider");
  const auto from_callback = declared_parameters(at.client, query);
  if (auto fits = capture(at.client, from_callback, at.fields); !fits) co_return fits;

  auto answer = co_await exchange_code(at, *code);
  if (!answer) co_return std::unexpected(std::move(answer.error()));
  auto claims = id_claims(at, *answer);  // nothing of the answer is used before this holds (checklist 13)
  if (!claims) co_return std::unexpected(std::move(claims.error()));
  if (auto fits = capture(at.client, answer->captured, at.fields); !fits) co_return fits;
  auto account = co_await account_of(at.context, at.client, *answer, at.fields, *claims, from_callback);
  if (!account) co_return stop("account_unknown", std::move(account.error()));
  auto connection = co_await connection_for(at, *account);
  if (!connection) co_return std::unexpected(std::move(connection.error()));
  if (auto filled = co_await fill_by_lookups(at, *answer, *connection); !filled) co_return filled;
  connection->app_user_id = co_await app_user_id_of(
      at.context, at.client, {.connection = *connection, .fields = at.fields, .answer = *answer, .id_claims = *claims});

  model::Grant grant{.id = ports::new_id<model::GrantId>(at.context.clock, at.context.random), .tenant = at.session.tenant};
  grant.connection = connection->id;
  grant.credential = at.session.credential;
  grant.endpoint_set = at.client.set.number;
  grant.created_at = at.context.clock.wall_now();
  auto sealed = co_await with_tokens(at.context, at.client, std::move(grant), 1, *answer, {.scopes = at.scopes, .sent_at = at.sent_at});
  if (!sealed) co_return stop(std::move(sealed.error()));
  co_return co_await store(at, std::move(*connection), std::move(*sealed), end);
}

/// The same browser may try again until the link ends, with what there is to choose on its page; the product is told what happened.
ports::Task<void> record_failure(Context& context, model::ConnectSession& session, const FlowFailure& failure) {
  const auto expected = vault::Records::unchanged(session);
  session.state = model::SessionState::kFailed;
  session.error = failure.code;
  session.choice_field = failure.choice_field;
  session.choices = failure.choices;
  (void)co_await context.store().apply({.preconditions = {expected}, .writes = {context.records.put(session)}});
}

CallbackEnd unbound(std::string tag, std::string code, model::Error error) {
  CallbackEnd end;
  end.flow_tag = std::move(tag);
  end.error_code = std::move(code);
  end.error = std::move(error);
  return end;
}

}  // namespace

ports::Task<CallbackEnd> AuthorizationFlow::finish(Callback callback) {
  auto state = parameter(callback.query, "state");
  if (!state || state->empty())
    co_return unbound("", "state_missing",
                      {.code = Code::kInvalidInput, .detail = "finish a connection: the answer holds no usable `state`"});
  const auto tag = flow_tag(*state);
  auto consumed = co_await consume(context_, *state);
  if (!consumed) co_return unbound(tag, "unavailable", std::move(consumed.error()));
  const auto& flow = *consumed;
  if (!flow)
    co_return unbound(
        tag, "state_unknown",
        {.code = Code::kConflict, .detail = "finish a connection: this answer was used already or is not known; open the link again"});
  if (flow->callback_path != callback.path)  // S2: an answer on another integration's path is a mix-up
    co_return unbound(
        tag, "callback_mismatch",
        {.code = Code::kConflict, .detail = "finish a connection: the answer came to another callback than the one the flow began with"});
  const auto cookie = callback.cookie_of(tag);
  if (cookie.empty() || !model::Secret::equals(model::sha256_hex(cookie), flow->cookie_hash))
    co_return unbound(
        tag, "browser_mismatch",
        {.code = Code::kConflict, .detail = "finish a connection: it was begun in another browser; go on there, or open the link again"});

  auto session = co_await context_.records.load<model::ConnectSession>(flow->tenant, flow->session.str());
  if (!session) co_return unbound(tag, "session_ended", std::move(session.error()));
  CallbackEnd end{.session = std::move(*session), .flow_tag = tag};
  const auto now = context_.clock.wall_now();
  auto finished = FlowResult<void>{};
  if (flow->expires_at <= now || end.session->expires_at <= now || end.session->state != model::SessionState::kBound) {
    finished = stop("expired", model::Error{.code = Code::kConflict,
                                            .detail = "finish a connection: it took too long, or the link was used meanwhile"});
  } else if (auto client = co_await load_client(context_, flow->tenant, flow->credential, flow->endpoint_set); !client) {
    finished = stop(std::move(client.error()));
  } else {
    end.integration_name = client->integration.name;
    const auto scopes = end.session->scopes.empty() ? client->scopes() : end.session->scopes;
    Finishing at{.context = context_,
                 .flow = *flow,
                 .session = *end.session,
                 .client = std::move(*client),
                 .fields = end.session->fields,
                 .scopes = scopes};
    finished = co_await finish_in(at, callback.query, end);
  }
  if (!finished) {
    co_await record_failure(context_, *end.session, finished.error());
    end.error_code = std::move(finished.error().code);
    end.error = std::move(finished.error().error);
    end.choices = std::move(finished.error().choices);
  }
  context_.metrics.count("valetkey_connects_total", finished ? "connected" : end.error_code == "access_denied" ? "denied" : "failed");
  co_return end;
}

}  // namespace valetkey::oauth
