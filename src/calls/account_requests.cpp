#include "calls/account_requests.hpp"

#include "calls/request_headers.hpp"
#include "calls/target.hpp"
#include "calls/token_signals.hpp"
#include "model/http_text.hpp"
#include "oauth/token_endpoint.hpp"
#include "oauth/token_request.hpp"

namespace valetkey::calls {
namespace {

using model::Code;
using model::fail;
using ports::AccountCall;

Below below_of(std::string_view path) {
  Below below;
  if (const auto question = path.find('?'); question != std::string_view::npos) {
    below.query = path.substr(question + 1);
    path = path.substr(0, question);
  }
  if (path.starts_with('/')) path.remove_prefix(1);
  if (!path.empty()) below.path = path;
  return below;
}

model::Result<std::string> endpoint_of(const oauth::Access& access, const std::string& url_template, std::string_view name) {
  if (url_template.empty())
    return fail(Code::kNotSupported,
                fmt::format("call the API of connection {}: its credential has no {}", access.connection->id.str(), name));
  return oauth::filled_url(*access.client, url_template, access.connection->fields);
}

model::Result<ports::HttpRequest> api_request(const AccountCall& call, const oauth::Access& access) {
  const auto api = api_of(access);
  if (!api) return fail(api.error());
  const auto token = access.token.access_token.reveal();
  const auto target = target_of(*api, below_of(call.path), token);
  if (!target) return fail(target.error());
  ports::Headers sent;
  for (const auto& [name, value] : call.headers) sent.emplace_back(model::lowered(name), value);
  auto headers = request_headers(sent, *api, token);
  if (!headers) return fail(std::move(headers.error()));
  ports::HttpRequest request{.method = call.method, .url = model::origin_of(api->base) + *target};
  request.headers = std::move(*headers);
  request.body = call.body;
  return request;
}

model::Result<ports::HttpRequest> userinfo_request(const oauth::Access& access) {
  auto url = endpoint_of(access, access.client->integration.userinfo_url, "userinfo_url");
  if (!url) return fail(std::move(url.error()));
  ports::HttpRequest request{.method = "GET", .url = std::move(*url)};
  request.headers = {{"Authorization", fmt::format("Bearer {}", access.token.access_token.reveal())}, {"Accept", "application/json"}};
  return request;
}

bool tells_expiry(const AccountCall& call, const model::ProxyFacts& facts, const ports::HttpResponse& response) {
  if (call.to == AccountCall::To::kIntrospection) return false;  // it answers the client, not the token
  return is_expired_status(facts, response.status) ||
         (may_hold_expiry(facts.expired_body, response.status, response.headers) && response.body.size() <= kMostKept &&
          holds_expiry(facts.expired_body, response.body));
}

}  // namespace

ports::Answer<oauth::Access> AccountRequests::access_with(const AccountCall& call) {
  model::Connection connection{.id = call.connection, .tenant = call.tenant};
  auto set = std::int64_t{0};
  if (call.connecting) {
    connection.credential = call.connecting->credential;
    connection.fields = call.connecting->fields;
    set = call.connecting->endpoint_set;
  } else {
    auto stored = co_await context_.records.load<model::Connection>(call.tenant, call.connection.str());
    if (!stored) co_return fail(std::move(stored.error()));
    if (auto refused = oauth::refusal_of(*stored)) co_return fail(std::move(*refused));
    auto grant = co_await context_.records.load<model::Grant>(call.tenant, stored->current_grant.str());
    if (!grant) co_return fail(std::move(grant.error()));
    set = grant->endpoint_set;
    connection = std::move(*stored);
  }
  auto client = co_await oauth::load_client(context_, call.tenant, connection.credential, set);
  if (!client) co_return fail(std::move(client.error()));
  client->secrets.clear();
  co_return oauth::Access{.token = {.access_token = *call.access_token},
                          .connection = std::make_shared<const model::Connection>(std::move(connection)),
                          .client = std::make_shared<const oauth::Client>(std::move(*client))};
}

ports::Answer<oauth::Access> AccountRequests::access_of(const AccountCall& call) {
  if (call.access_token) co_return co_await access_with(call);
  co_return co_await tokens_.token_for(call.tenant, call.connection, {});
}

/// RFC 7662 2.1, always a form.
ports::Answer<ports::HttpRequest> AccountRequests::introspection_of(const oauth::Access& access) {
  auto url = endpoint_of(access, access.client->integration.introspection_url, "introspection_url");
  if (!url) co_return fail(std::move(url.error()));
  const auto client =
      co_await oauth::load_client(context_, access.connection->tenant, access.connection->credential, access.client->set.number);
  if (!client) co_return fail(client.error());
  auto integration = client->integration;
  integration.token_body = model::TokenBody::kForm;
  co_return oauth::token_request(integration, *url,
                                 {{"token", std::string(access.token.access_token.reveal())}, {"token_type_hint", "access_token"}},
                                 oauth::proof_of(*client, 0));
}

ports::Answer<ports::HttpRequest> AccountRequests::request_of(const AccountCall& call, const oauth::Access& access) {
  switch (call.to) {
    case AccountCall::To::kBase: co_return api_request(call, access);
    case AccountCall::To::kUserinfo: co_return userinfo_request(access);
    case AccountCall::To::kIntrospection: co_return co_await introspection_of(access);
  }
  std::unreachable();
}

ports::Answer<ports::HttpResponse> AccountRequests::exchange(const AccountCall& call, const oauth::Access& access) {
  auto request = co_await request_of(call, access);
  if (!request) co_return fail(std::move(request.error()));
  request->tenant = call.tenant;
  request->deadline = call.deadline;
  request->max_response = call.max_response;
  oauth::RequestBudget::Permit permit;
  if (call.to == AccountCall::To::kIntrospection)
    permit = co_await context_.budget.acquire(oauth::budget_owner(*access.client, request->url));
  auto response = co_await context_.http.send(std::move(*request));
  if (!response) co_return fail(std::move(response.error().error));
  co_return std::move(*response);
}

ports::Answer<ports::HttpResponse> AccountRequests::call(AccountCall call) {
  // Before anything is caused.
  if (call.to == AccountCall::To::kBase)
    if (auto fine = check_below(below_of(call.path)); !fine) co_return fail(std::move(fine.error()));
  auto access = co_await access_of(call);
  if (!access) co_return fail(std::move(access.error()));
  auto response = co_await exchange(call, *access);
  if (!response || call.access_token || !tells_expiry(call, access->client->integration.proxy, *response)) co_return response;
  auto renewed = co_await tokens_.token_for(call.tenant, call.connection, {.rejected_generation = access->token.generation});
  if (!renewed) co_return response;  // the API's own word is worth more than why it could not be renewed
  co_return co_await exchange(call, *renewed);
}

}  // namespace valetkey::calls
