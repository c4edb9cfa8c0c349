#include "oauth/token_endpoint.hpp"

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

ports::Task<Outcome> attempt(Context& context, const Client& client, const Exchange& exchange, std::size_t secret_index) {
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
