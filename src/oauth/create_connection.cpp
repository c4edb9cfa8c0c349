#include <boost/json.hpp>

#include "model/digest.hpp"
#include "model/json_reader.hpp"
#include "model/placeholder_text.hpp"
#include "oauth/account.hpp"
#include "oauth/app_user.hpp"
#include "oauth/connect_sessions.hpp"
#include "oauth/connections.hpp"
#include "oauth/credentials.hpp"
#include "oauth/exchange_error.hpp"
#include "oauth/grant_tokens.hpp"
#include "oauth/look_up.hpp"
#include "oauth/token_endpoint.hpp"
#include "oauth/token_request.hpp"
#include "vault/places.hpp"

namespace valetkey::oauth {
namespace {

using model::Code;
using model::fail;
using model::Result;

void check_scopes(const ConnectionWish& wish, const Client& client, std::vector<model::FieldError>& errors) {
  const auto& allowed = client.scopes();
  for (std::size_t i = 0; i < wish.scopes.size(); ++i)
    if (std::ranges::find(allowed, wish.scopes[i]) == allowed.end())
      errors.push_back({fmt::format("/scopes/{}", i), "is not one of the credential's scopes"});
}

void check_fields(const ConnectionWish& wish, const Client& client, std::vector<model::FieldError>& errors) {
  for (const auto& [name, value] : wish.fields) {
    const auto* placeholder = model::find_placeholder(client.integration.placeholders, name);
    // Nobody stands between here and the provider, so the platform gives what a callback or a look-up would give elsewhere.
    if (placeholder == nullptr || placeholder->filled_by == model::FilledBy::kOperator)
      errors.push_back({"/fields/" + name, "is not asked for"});
    else if (auto wrong = model::check_value(*placeholder, value)) errors.push_back({"/fields/" + name, std::move(*wrong)});
  }
}

/// Each grant's own members, and only those (DESIGN 8, POST /v1/connections).
Result<void> check(const ConnectionWish& wish, const Client& client) {
  std::vector<model::FieldError> errors;
  check_scopes(wish, client, errors);
  check_fields(wish, client, errors);
  const bool is_password = client.credential.grant_type == model::GrantType::kPassword && !wish.import;
  if (wish.end_user.id.empty() && !client.is_client_credentials()) errors.push_back({"/end_user", "is required for this grant"});
  if (is_password && wish.username.empty()) errors.push_back({"/username", "is required for the Password grant"});
  if (is_password && wish.password.empty()) errors.push_back({"/password", "is required for the Password grant"});
  if (!is_password && (!wish.username.empty() || !wish.password.empty()))
    errors.push_back({"/username", "name and password are for the Password grant only"});
  if (!wish.audience.empty() && !client.is_client_credentials())
    errors.push_back({"/audience", "is for the Client Credentials grant only"});
  const auto& audiences = client.credential.audiences;
  if (!wish.audience.empty() && !audiences.empty() && std::ranges::find(audiences, wish.audience) == audiences.end())
    errors.push_back({"/audience", "is not one of the credential's audiences"});
  if (wish.import && client.is_client_credentials())
    errors.push_back({"/import", "a Client Credentials connection has nothing to import; leave it out"});
  if (!wish.import && client.credential.grant_type == model::GrantType::kAuthorizationCode)
    errors.push_back({"/credential", "its grant needs the end user's browser: POST /v1/connect-sessions, or give `import`"});
  if (wish.import && wish.import->access_token.empty()) errors.push_back({"/import/access_token", "is required"});
  if (!errors.empty()) return fail(model::invalid_input("make a connection", std::move(errors)));
  return {};
}

Exchange exchange_for(const Client& client, const model::Integration& integration, const ConnectionWish& wish,
                      const std::vector<std::string>& scopes, std::string url) {
  Exchange out{.url = std::move(url)};
  out.step = token_step(client, ports::TokenStep::Kind::kGeneration, wish.fields, scopes);
  if (client.is_client_credentials()) {
    out.parameters = client_credentials_parameters(integration, scopes, wish.audience);
    if (!wish.audience.empty()) out.step.parameters["audience"] = wish.audience;
  } else {
    out.parameters = password_parameters(integration, wish.username, wish.password.reveal(), scopes);
    out.secrets = {wish.username, std::string(wish.password.reveal())};
    out.step.secrets = {{"username", model::Secret(wish.username)}, {"password", wish.password}};
  }
  return out;
}

TokenAnswer answer_of(ImportedTokens tokens) {
  TokenAnswer answer{.access_token = std::move(tokens.access_token), .refresh_token = std::move(tokens.refresh_token)};
  answer.token_type = std::move(tokens.token_type);
  if (!tokens.scopes.empty()) answer.scopes = std::move(tokens.scopes);
  answer.expires_at = tokens.expires_at;
  answer.extra = model::Secret("{}");
  return answer;
}

/// One connection of a Client Credentials credential per audience and scope set.
std::string unique_key(const Client& client, const ConnectionWish& wish, std::vector<std::string> scopes) {
  if (!client.is_client_credentials()) return {};
  std::ranges::sort(scopes);
  return model::sha256_hex(model::length_prefixed({wish.audience, joined_scopes(scopes, " "), wish.end_user.id})).substr(0, 32);
}

ports::Answer<void> keep_password(Context& context, const Client& client, const ConnectionWish& wish, model::Grant& grant) {
  if (!client.credential.keep_password || !grant.refresh_token.empty() || wish.password.empty()) co_return Result<void>{};
  const boost::json::object kept{{"username", wish.username}, {"password", wish.password.reveal()}};
  auto sealed = co_await context.keys.seal(vault::password_place(grant, client.set_hash), model::Secret(boost::json::serialize(kept)));
  if (!sealed) co_return fail(std::move(sealed.error()));
  grant.password = std::move(*sealed);
  co_return Result<void>{};
}

/// Tokens that are imported with all that a look-up would find are taken as they are: their access token may be dead by now.
bool is_told(const ConnectionWish& wish, const Client& client) {
  const auto has = [&](const model::Placeholder& placeholder) {
    return placeholder.filled_by != model::FilledBy::kLookup || wish.fields.contains(placeholder.name);
  };
  return wish.import && std::ranges::all_of(client.integration.placeholders, has);
}

/// The connection's fields with what the integration looks up; what the platform gave must be among it (S28).
ports::Answer<Fields> looked_up(Context& context, const Client& client, const ConnectionWish& wish, const TokenAnswer& answer) {
  auto fields = wish.fields;
  for (const auto& [name, value] : answer.captured) fields[name] = value;
  if (is_told(wish, client)) co_return fields;
  auto found =
      co_await look_up(context, client, {.access_token = answer.access_token, .fields = std::move(fields), .earlier = wish.fields});
  if (found) co_return std::move(*found);
  auto& failure = found.error();
  if (failure.choices.empty() || failure.field.empty()) co_return fail(model::in_context(std::move(failure.error), "make a connection"));
  co_return fail(
      model::invalid_input("make a connection: " + failure.error.detail,
                           {{"/fields/" + failure.field, fmt::format("must name one of: {}", fmt::join(failure.choices, ", "))}}));
}

}  // namespace

ports::Answer<model::Connection> Connections::create(model::TenantId tenant, ConnectionWish wish, Alongside<model::Connection> alongside) {
  auto credential = co_await context_.records.load<model::Credential>(tenant, wish.credential.str());
  if (!credential) co_return fail(std::move(credential.error()));
  auto loaded = co_await load_client(context_, tenant, wish.credential, credential->endpoint_set);
  if (!loaded) co_return fail(std::move(loaded.error()));
  const Client client = std::move(*loaded);
  if (auto fits = check(wish, client); !fits) co_return fail(std::move(fits.error()));
  if (context_.is_on_hold && !wish.import)
    co_return fail(Code::kHold, "make a connection: this copy of the store is on hold; when no other copy runs, run `valetkey resume`");

  const auto scopes = wish.scopes.empty() ? client.scopes() : wish.scopes;
  auto quota = co_await connection_quota(context_, tenant);
  if (!quota) co_return fail(std::move(quota.error()));
  const auto sent_at = context_.clock.wall_now();
  TokenAnswer answer;
  if (wish.import) {
    answer = answer_of(std::move(*wish.import));
  } else {
    auto url = filled_url(client, client.integration.token_url, wish.fields);
    if (!url) co_return fail(std::move(url.error()));
    const auto integration = with_filled_parameters(client, wish.fields);
    if (!integration) co_return fail(integration.error());
    auto permit = co_await context_.budget.acquire(budget_owner(client, *url));
    auto exchanged = co_await exchange(context_, client, exchange_for(client, *integration, wish, scopes, std::move(*url)));
    if (!exchanged) co_return fail(error_of(exchanged.error(), "make a connection at " + client.integration.slug));
    answer = std::move(*exchanged);
  }

  auto fields = co_await looked_up(context_, client, wish, answer);
  if (!fields) co_return fail(std::move(fields.error()));

  model::Connection connection;
  connection.id = ports::new_id<model::ConnectionId>(context_.clock, context_.random);
  connection.tenant = tenant;
  connection.credential = wish.credential;
  connection.end_user = wish.end_user;
  connection.fields = std::move(*fields);
  connection.metadata = wish.metadata;
  connection.unique_key = unique_key(client, wish, scopes);
  connection.created_at = sent_at;
  const boost::json::object no_claims;
  connection.app_user_id = co_await app_user_id_of(
      context_, client, {.connection = connection, .fields = connection.fields, .answer = answer, .id_claims = no_claims});

  model::Grant grant{.id = ports::new_id<model::GrantId>(context_.clock, context_.random), .tenant = tenant};
  grant.connection = connection.id;
  grant.credential = wish.credential;
  grant.endpoint_set = client.set.number;
  grant.audience = wish.audience;
  grant.created_at = sent_at;
  auto sealed = co_await with_tokens(context_, client, std::move(grant), 1, answer, {.scopes = scopes, .sent_at = sent_at});
  if (!sealed) co_return fail(std::move(sealed.error()));
  if (auto kept = co_await keep_password(context_, client, wish, *sealed); !kept) co_return fail(std::move(kept.error()));
  sealed->due_at = can_refresh(*sealed, client.integration, client.is_client_credentials())
                       ? due_at(*sealed, client.integration, context_.refresh, sent_at, context_.random.fraction())
                       : std::nullopt;

  ports::Unit unit;
  unit.preconditions.emplace_back(ports::ExpectAbsent{model::Kind::kConnection, connection.id.str()});
  unit.preconditions.emplace_back(*quota);
  unit.preconditions.emplace_back(is_still_there(client.credential));
  install_grant(context_, unit, connection, *sealed);
  unit.writes.emplace_back(context_.records.put(*sealed));
  connection.revision = 1;
  if (alongside) alongside(unit, connection);
  auto applied = co_await context_.store().apply(std::move(unit));
  if (!applied && applied.error().code == Code::kConflict)
    co_return fail(
        Code::kConflict,
        "make a connection: this credential has one for the same audience, scopes and end user; read it with GET /v1/connections?credential=");
  if (!applied) co_return fail(std::move(applied.error()));
  if (context_.after_connecting) context_.after_connecting(connection);
  co_return connection;
}

}  // namespace valetkey::oauth
