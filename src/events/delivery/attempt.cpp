#include "events/delivery/attempt.hpp"

#include <algorithm>

#include "events/delivery/retry_ladder.hpp"
#include "events/delivery/standard_webhooks.hpp"
#include "events/outbox/event_document.hpp"
#include "vault/places.hpp"

namespace valetkey::events {
namespace {

constexpr std::size_t kMostLog = 12;
constexpr int kGoneStatus = 410;

ports::Answer<std::vector<model::Secret>> valid_secrets(const Context& context, const model::Destination& destination) {
  std::vector<model::Secret> out;
  const auto now = context.clock.wall_now();
  for (const auto& secret : destination.secrets) {
    if (secret.valid_until && *secret.valid_until <= now) continue;
    auto opened = co_await context.keys.open(vault::destination_secret_place(destination, secret.set_at), secret.sealed);
    if (!opened) co_return model::fail(std::move(opened.error()));
    out.push_back(std::move(*opened));
  }
  if (out.empty()) co_return model::fail(model::Code::kIntegrity, "destination " + destination.id.str() + " has no secret");
  co_return out;
}

std::string_view error_of(const ports::HttpFailure& failure) {
  if (failure.error.code == model::Code::kEgressDenied) return "egress_denied";
  return failure.state == ports::SendState::kNotSent ? "unreachable" : "no_answer";
}

std::string_view error_of(int status) {
  if (status >= 200 && status < 300) return {};
  return status >= 300 && status < 400 ? "redirect" : "status";
}

Attempted read(std::expected<ports::HttpResponse, ports::HttpFailure> answer, model::WallTime now) {
  Attempted out;
  if (!answer) {
    out.record.error = error_of(answer.error());
    return out;
  }
  out.record.status = answer->status;
  out.record.error = error_of(answer->status);
  if (answer->status == 429 || answer->status == 503) out.retry_after = read_retry_after(answer->header("retry-after"), now);
  out.reply = std::move(answer->body);
  return out;
}

}  // namespace

ports::Answer<ports::HttpRequest> signed_request(const Context& context, const model::Destination& destination, const model::Event& event) {
  auto payload = co_await payload_of(context, event);
  if (!payload) co_return model::fail(std::move(payload.error()));
  auto secrets = co_await valid_secrets(context, destination);
  if (!secrets) co_return model::fail(std::move(secrets.error()));
  ports::HttpRequest request{.method = "POST", .url = destination.url, .tenant = destination.tenant};
  request.body = delivery_body(event, *payload, destination.url);
  request.headers = webhook_headers(*secrets, event.id.str(), context.clock.wall_now(), request.body);
  request.headers.emplace_back("content-type", "application/json");
  co_return request;
}

ports::Answer<Attempted> attempt(Context& context, const model::Destination& destination, const model::Event& event) {
  auto request = co_await signed_request(context, destination, event);
  if (!request) co_return model::fail(std::move(request.error()));
  request->deadline = kDeliveryDeadline;
  request->max_response = kMostReply;
  request->keeps_beginning = true;
  const auto at = context.clock.wall_now();
  const auto started = context.clock.boot_now();
  auto answer = co_await context.http.send(std::move(*request));
  auto attempted = read(std::move(answer), context.clock.wall_now());
  attempted.record.at = at;
  attempted.record.duration_ms = std::chrono::duration_cast<model::Milliseconds>(context.clock.boot_now() - started).count();
  co_return attempted;
}

Outcome settle(model::Delivery& delivery, const Attempted& attempted, model::WallTime now, double fraction) {
  ++delivery.attempts;
  delivery.log.push_back(attempted.record);
  if (delivery.log.size() > kMostLog) delivery.log.erase(delivery.log.begin());
  const auto end = [&](model::DeliveryState state, Outcome outcome) {
    delivery.state = state;
    delivery.due_at = std::nullopt;
    return outcome;
  };
  if (attempted.record.error.empty()) return end(model::DeliveryState::kDelivered, Outcome::kDelivered);
  if (attempted.record.status == kGoneStatus) return end(model::DeliveryState::kDead, Outcome::kGone);
  const auto wait = wait_after(delivery.attempts, fraction);
  if (!wait) return end(model::DeliveryState::kDead, Outcome::kDead);
  delivery.due_at = now + std::max<model::Milliseconds>(*wait, attempted.retry_after.value_or(model::Seconds{0}));
  return Outcome::kRetry;
}

}  // namespace valetkey::events
