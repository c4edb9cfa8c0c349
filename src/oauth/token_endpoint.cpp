#include "oauth/token_endpoint.hpp"

#include <boost/json.hpp>

#include "model/url.hpp"
#include "oauth/token_request.hpp"

namespace valetkey::oauth {
namespace {

using Outcome = std::expected<TokenAnswer, TokenFailure>;

TokenFailure failure_of(const ports::HttpFailure& failure) {
  if (failure.error.code == model::Code::kEgressDenied)
    return {.meaning = Meaning::kRejected, .code = "egress_denied", .description = failure.error.detail};
  if (failure.state == ports::SendState::kNotSent)
    return {.meaning = Meaning::kTransient, .code = "not_sent", .description = failure.error.detail};
  return {.meaning = Meaning::kUnknown, .code = "no_answer", .description = failure.error.detail};
}

std::string_view metric_label(const Outcome& outcome) {
  if (outcome) return "ok";
  switch (outcome.error().meaning) {
    case Meaning::kGrantDead: return "grant_dead";
    case Meaning::kClientRejected: return "client_rejected";
    case Meaning::kRejected: return "rejected";
    case Meaning::kTransient: return "transient";
    case Meaning::kUnknown: return "unknown";
  }
  std::unreachable();
}

/// The service's members are read as any answer is, but for spellings: it gives those of RFC 6749 5.1.
Outcome read_members(const Client& client, int status, const boost::json::object& members, const TokenResponseContext& reading) {
  auto integration = client.integration;
  integration.response = {};
  auto body = boost::json::serialize(members);
  auto answer = parse_token_response(integration, status, "application/json", "", body, reading);
  model::Secret::wipe(body);
  return answer;
}

ports::Task<Outcome> custom_attempt(Context& context, const Client& client, const Exchange& exchange, std::size_t secret_index) {
  TokenResponseContext reading{.sent_at = context.clock.wall_now()};
  for (const auto& secret : exchange.secrets) reading.secrets.push_back(secret);
  if (secret_index < client.secrets.size()) reading.secrets.push_back(client.secrets[secret_index].reveal());
  if (context.services == nullptr)
    co_return std::unexpected(TokenFailure{.meaning = Meaning::kTransient, .code = "not_sent", .description = "no services run here"});
  auto step = exchange.step;
  complete(step, client, secret_index, exchange.url);
  step.deadline = context.refresh.request_deadline;
  step.may_send = exchange.may_send;
  auto members = co_await context.services->token_response(std::move(step));
  if (members) co_return read_members(client, 200, *members, reading);
  auto& failure = members.error();
  if (!failure.oauth_error.empty())
    co_return read_members(client, 400, {{"error", failure.oauth_error}, {"error_description", failure.error.detail}}, reading);
  failure.error.detail = model::clipped(failure.error.detail, reading.secrets);
  co_return std::unexpected(
      failure_of({.state = failure.is_sent ? ports::SendState::kSent : ports::SendState::kNotSent, .error = std::move(failure.error)}));
}

ports::Task<Outcome> attempt(Context& context, const Client& client, const Exchange& exchange, std::size_t secret_index) {
  if (has_custom_steps(client)) co_return co_await custom_attempt(context, client, exchange, secret_index);
  const auto proof = proof_of(client, secret_index);
  auto request = token_request(client.integration, exchange.url, exchange.parameters, proof);
  request.tenant = client.credential.tenant;
  request.deadline = context.refresh.request_deadline;
  request.may_send = exchange.may_send;

  TokenResponseContext reading{.sent_at = context.clock.wall_now()};
  for (const auto& secret : exchange.secrets) reading.secrets.push_back(secret);
  reading.secrets.push_back(proof.secret.reveal());
  auto response = co_await context.http.send(std::move(request));
  if (!response) co_return std::unexpected(failure_of(response.error()));
  auto answer = parse_token_response(client.integration, response->status, response->header("content-type"),
                                     response->header("retry-after"), response->body, reading);
  model::Secret::wipe(response->body);
  co_return answer;
}

}  // namespace

RequestBudget::Owner budget_owner(const Client& client, const std::string& url) {
  const auto parsed = model::parse_url(url);
  return {.origin = parsed ? model::origin_of(*parsed) : url,
          .tenant = client.credential.tenant.str(),
          .credential = client.credential.id.str()};
}

ports::Task<Outcome> exchange(Context& context, const Client& client, Exchange exchange) {
  const auto tries = std::max<std::size_t>(1, client.secrets.size());
  for (std::size_t index = 0;; ++index) {
    auto outcome = co_await attempt(context, client, exchange, index);
    context.metrics.count("valetkey_token_requests_total", metric_label(outcome));
    const bool is_last = index + 1 >= tries;
    if (is_last || outcome || outcome.error().meaning != Meaning::kClientRejected) co_return outcome;
  }
}

}  // namespace valetkey::oauth
