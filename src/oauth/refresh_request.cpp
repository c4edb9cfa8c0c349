#include "oauth/refresh_request.hpp"

#include "model/json_reader.hpp"
#include "oauth/token_request.hpp"
#include "vault/places.hpp"

namespace valetkey::oauth {
namespace {

using model::Result;

ports::Answer<void> with_refresh_token(const Context& context, const GrantState& state, const model::Integration& integration,
                                       const std::string& audience, Exchange& exchange) {
  auto token = co_await context.keys.open(vault::refresh_token_place(state.grant, state.client.set_hash), state.grant.refresh_token);
  if (!token) co_return model::fail(std::move(token.error()));
  exchange.parameters = refresh_parameters(integration, token->reveal(), audience);
  exchange.secrets.emplace_back(token->reveal());
  exchange.step.secrets.emplace("refresh_token", std::move(*token));
  co_return Result<void>{};
}

ports::Answer<void> with_password(const Context& context, const GrantState& state, const model::Integration& integration,
                                  Exchange& exchange) {
  auto opened = co_await context.keys.open(vault::password_place(state.grant, state.client.set_hash), state.grant.password);
  if (!opened) co_return model::fail(std::move(opened.error()));
  const auto parsed = model::parse_json(opened->reveal());
  if (!parsed || !parsed->is_object()) co_return model::fail(model::Code::kIntegrity, "the kept password cannot be read");
  std::vector<model::FieldError> errors;
  model::JsonReader reader(parsed->as_object(), "", errors);
  const auto username = reader.required_string("username");
  const auto password = reader.required_string("password");
  exchange.parameters = password_parameters(integration, username, password, state.client.scopes());
  exchange.secrets.push_back(password);
  exchange.step.secrets = {{"username", model::Secret(username)}, {"password", model::Secret(password)}};
  co_return Result<void>{};
}

ports::Answer<void> with_access_token(const Context& context, const GrantState& state, const model::Integration& integration,
                                      Exchange& exchange) {
  const auto* token = find_token(state.grant, "", "");
  if (token == nullptr) co_return model::fail(model::Code::kNeedsReconnect, "there is no access token to exchange");
  auto value = co_await context.keys.open(vault::access_token_place(state.grant, *token, state.client.set_hash), token->sealed);
  if (!value) co_return model::fail(std::move(value.error()));
  exchange.parameters = exchange_parameters(integration, value->reveal());
  exchange.secrets.emplace_back(value->reveal());
  exchange.step.secrets.emplace("access_token", std::move(*value));
  co_return Result<void>{};
}

}  // namespace

ports::Answer<Exchange> refresh_exchange(const Context& context, const GrantState& state, const std::string& audience) {
  const auto& client = state.client;
  Exchange exchange;
  auto url = filled_url(client, client.integration.refresh_url.empty() ? client.integration.token_url : client.integration.refresh_url,
                        state.connection.fields);
  if (!url) co_return model::fail(std::move(url.error()));
  exchange.url = std::move(*url);
  const auto integration = with_filled_parameters(client, state.connection.fields);
  if (!integration) co_return model::fail(integration.error());
  exchange.step = token_step(client, ports::TokenStep::Kind::kRefreshal, state.connection.fields, state.grant.scopes);
  if (const auto& asked = audience.empty() ? state.grant.audience : audience; !asked.empty()) exchange.step.parameters["audience"] = asked;
  Result<void> ready;
  if (client.is_client_credentials())
    exchange.parameters =
        client_credentials_parameters(*integration, state.grant.scopes, audience.empty() ? state.grant.audience : audience);
  else if (client.integration.refresh == model::RefreshBy::kExchange)
    ready = co_await with_access_token(context, state, *integration, exchange);
  else if (!state.grant.refresh_token.empty()) ready = co_await with_refresh_token(context, state, *integration, audience, exchange);
  else if (!state.grant.password.empty()) ready = co_await with_password(context, state, *integration, exchange);
  else ready = model::fail(model::Code::kNeedsReconnect, "the provider gave no refresh token; the end user must connect again");
  if (!ready) co_return model::fail(std::move(ready.error()));
  co_return exchange;
}

}  // namespace valetkey::oauth
