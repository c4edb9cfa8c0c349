#include "events/ingress/ingress.hpp"

#include <fmt/format.h>

#include "events/endpoints/endpoint_values.hpp"
#include "events/endpoints/handshake.hpp"
#include "events/endpoints/static_proofs.hpp"
#include "events/ingress/keep_request.hpp"
#include "events/ingress/rejection.hpp"
#include "events/ingress/safe_reply.hpp"
#include "model/enum_spelling.hpp"

namespace valetkey::events {
namespace {

using model::Code;
using model::fail;
using model::RequestKind;

constexpr RateBuckets::Rate kFailures{.per_second = 1, .burst = 20};
constexpr RateBuckets::Rate kChallenges{.per_second = 1, .burst = 1};
constexpr std::size_t kMostBuckets = 100'000;
constexpr model::Seconds kStoreRetry{5};
constexpr model::Seconds kParseRetry{60};
constexpr model::Milliseconds kReplyMargin{500};
constexpr std::string_view kVerifier = "webhook_event_verification";

std::string_view parser_kind(RequestKind kind) { return kind == RequestKind::kAction ? "action_callback_parser" : "webhook_parser"; }
std::string_view path_of(RequestKind kind) { return kind == RequestKind::kAction ? "actions" : "hooks"; }

ArrivalAnswer refused(model::Error error) {
  if (model::is_store_down(error) && !error.retry_after) error.retry_after = kStoreRetry;
  ArrivalAnswer answer;
  answer.code = model::facts(error.code).code;
  answer.error = std::move(error);
  return answer;
}

ArrivalAnswer too_many(std::string detail) {
  return refused({.code = Code::kTooManyRequests, .detail = std::move(detail), .retry_after = model::Seconds{1}});
}

ArrivalAnswer replied(services::Reply reply) { return {.reply = made_safe(std::move(reply))}; }

}  // namespace

/// One request on its way in.
struct Ingress::Visit {
  RequestKind kind;
  std::string key, source;
  services::Incoming incoming;
  model::BootTime arrived_at;
  Site site;
  services::ServicePtr verifier, parser;
  services::EndpointValues values;

  [[nodiscard]] const model::Endpoint& endpoint() const { return *site.endpoint; }
  [[nodiscard]] std::string bucket() const { return endpoint().id.str() + "|" + source_of(source); }
};

/// What a parser made of a request.
struct Ingress::Read {
  std::vector<StoredMessage> messages;
  services::Reply reply;
  std::optional<model::Seconds> window;
  bool needs_reply = false;
  model::Seconds deadline{3};
};

Ingress::Ingress(Context& context, EndpointCache& cache, services::Services& services, std::string public_url)
    : context_(context),
      cache_(cache),
      services_(services),
      public_url_(std::move(public_url)),
      held_(context),
      failures_(kFailures, kMostBuckets),
      challenges_(kChallenges, kMostBuckets) {}

void Ingress::count(RequestKind kind, std::string_view outcome) {
  context_.metrics.count("valetkey_webhooks_total", fmt::format("{},{}", model::spelling(kind), outcome));
}

ports::Task<ArrivalAnswer> Ingress::receive(Arrival arrival) {
  const auto kind = arrival.kind;
  auto entered = co_await enter(std::move(arrival));
  if (!entered) {
    const auto code = entered.error().code;
    count(kind, code == Code::kNotFound ? "unknown" : code == Code::kTooManyRequests ? "throttled" : "unavailable");
    co_return refused(std::move(entered.error()));
  }
  auto& visit = *entered;
  auto verdict = co_await services_.verify(visit.verifier, visit.incoming, visit.values, visit.endpoint().tenant);
  if (verdict.outcome == services::Outcome::kChallenge) co_return co_await challenged(visit, std::move(verdict));
  if (visit.endpoint().verification == model::Verification::kNone) {
    // Whatever it found: what was not asked for proves nothing (S32).
    verdict = services::Verdict{.outcome = services::Outcome::kVerified, .covers_body = false};
  }
  if (verdict.outcome == services::Outcome::kRejected) co_return rejected(visit, std::move(verdict));
  co_return co_await accepted(visit, verdict);
}

ports::Answer<services::ServicePtr> Ingress::service_of(const Site& site, std::string_view kind) {
  auto name = site.service(kind);
  if (name.empty()) co_return nullptr;
  auto service = co_await services_.find(site.endpoint->tenant, std::move(name), kind);
  if (service || model::is_store_down(service.error())) co_return service;
  // The verifier's absence rejects, the parser's leaves the request unparsed; neither is the sender's fault.
  context_.log.write(ports::LogLevel::kWarning, "a config service of a credential cannot be used",
                     {{"credential", site.endpoint->credential.str()}, {"kind", kind}, {"cause", service.error().detail}});
  co_return nullptr;
}

ports::Answer<Ingress::Visit> Ingress::enter(Arrival arrival) {
  auto site = co_await cache_.find(arrival.integration, arrival.key);
  if (!site) co_return fail(std::move(site.error()));
  Visit visit{.kind = arrival.kind,
              .key = std::move(arrival.key),
              .source = std::move(arrival.source),
              .incoming = std::move(arrival.incoming),
              .arrived_at = context_.clock.boot_now(),
              .site = std::move(*site)};
  if (failures_.is_empty(visit.bucket(), visit.arrived_at))
    co_return fail({.code = Code::kTooManyRequests,
                    .detail = "too many requests from this address failed verification",
                    .retry_after = model::Seconds{1}});
  visit.incoming.public_url = fmt::format("{}/{}/{}/{}", public_url_, path_of(visit.kind), arrival.integration, visit.key);
  visit.incoming.received_at = context_.clock.wall_now();
  auto verifier = co_await service_of(visit.site, kVerifier);
  if (!verifier) co_return fail(std::move(verifier.error()));
  visit.verifier = std::move(*verifier);
  auto parser = co_await service_of(visit.site, parser_kind(visit.kind));
  if (!parser) co_return fail(std::move(parser.error()));
  visit.parser = std::move(*parser);
  auto values = co_await values_of(context_, visit.site, {visit.verifier, visit.parser});
  if (!values) co_return fail(std::move(values.error()));
  visit.values = std::move(*values);
  co_return visit;
}

ports::Task<ArrivalAnswer> Ingress::challenged(const Visit& visit, services::Verdict verdict) {
  if (!challenges_.take(visit.endpoint().id.str(), visit.arrived_at)) {
    count(visit.kind, "throttled");
    co_return too_many("one challenge a second is answered");
  }
  if (!verdict.store_secret.empty()) {
    auto taken = co_await accept_handshake(context_, visit.endpoint(), std::move(verdict.store_secret), std::move(verdict.store_value));
    if (!taken) co_return refused(std::move(taken.error()));
    if (!*taken) {
      count(visit.kind, "rejected");
      (void)failures_.take(visit.bucket(), visit.arrived_at);
      context_.metrics.count("valetkey_webhooks_rejected_total", "handshake_closed");
      co_return ArrivalAnswer{.reply = {.status = 403}, .code = "handshake_closed"};
    }
  }
  count(visit.kind, "challenge");
  co_return replied(verdict.reply.value_or(services::Reply{}));
}

ArrivalAnswer Ingress::rejected(Visit& visit, services::Verdict verdict) {
  auto reply = verdict.reply.value_or(services::Reply{.status = 401});
  // What is away here, or a key that cannot be fetched, says nothing of the sender.
  if (reply.status == 503) {
    count(visit.kind, "unavailable");
  } else {
    count(visit.kind, "rejected");
    (void)failures_.take(visit.bucket(), visit.arrived_at);
    rejected_.add(visit.endpoint().id, rejected_request({.kind = visit.kind,
                                                         .reason = verdict.reason,
                                                         .source = visit.source,
                                                         .endpoint_key = visit.key,
                                                         .verifier = visit.verifier.get(),
                                                         .values = visit.values},
                                                        std::move(visit.incoming)));
  }
  context_.metrics.count("valetkey_webhooks_rejected_total", rejection_label(verdict.reason));
  return {.reply = made_safe(std::move(reply)), .code = std::string(rejection_label(verdict.reason))};
}

ports::Answer<Ingress::Read> Ingress::read(services::ServicePtr parser, RequestKind kind, const services::Incoming& incoming,
                                           const services::EndpointValues& values, const services::Verdict& verdict,
                                           const model::TenantId& tenant) {
  if (!parser) co_return fail(Code::kNotSupported, "parse the request: the credential has no parser for it");
  Read read;
  if (kind == RequestKind::kWebhook) {
    auto parsed = co_await services_.parse(parser, incoming, values, verdict, tenant);
    if (!parsed) co_return fail(std::move(parsed.error()));
    for (auto& message : parsed->messages) read.messages.push_back({.message = std::move(message)});
    read.reply = std::move(parsed->acknowledgement);
    read.window = parsed->window;
  } else {
    auto action = co_await services_.parse_action(parser, incoming, values, verdict, tenant);
    if (!action) co_return fail(std::move(action.error()));
    read.messages.push_back({.message = std::move(action->message),
                             .action_id = std::move(action->action_id),
                             .response_url = std::move(action->response_url)});
    read.reply = std::move(action->reply);
    read.needs_reply = action->needs_reply;
    read.deadline = action->deadline;
  }
  for (auto& each : read.messages) mask_static_proofs(each.message.event_payload, values);
  co_return read;
}

ports::Task<ArrivalAnswer> Ingress::accepted(Visit& visit, const services::Verdict& verdict) {
  const auto& endpoint = visit.endpoint();
  auto read = co_await this->read(visit.parser, visit.kind, visit.incoming, visit.values, verdict, endpoint.tenant);
  if (!read && model::is_store_down(read.error())) {
    count(visit.kind, "unavailable");
    co_return refused(std::move(read.error()));
  }
  if (read && read->messages.empty()) {
    count(visit.kind, "empty");
    co_return replied(std::move(read->reply));
  }
  const bool is_unverified = endpoint.verification == model::Verification::kNone;
  Keepable keepable;
  auto& request = keepable.request;
  request.id = ports::new_id<model::RequestId>(context_.clock, context_.random);
  request.tenant = endpoint.tenant;
  request.endpoint = endpoint.id;
  request.credential = endpoint.credential;
  request.connection = endpoint.connection;
  request.integration = endpoint.integration;
  request.kind = visit.kind;
  request.verification = is_unverified ? "none" : visit.verifier->name;
  request.received_at = visit.incoming.received_at;
  request.due_at = visit.incoming.received_at;
  if (read) {
    keepable.messages = read->messages;
    // Only of verified requests: else a forged id would make the genuine event a duplicate (S29).
    if (!is_unverified)
      keepable.marks = marks_of({.endpoint = endpoint.id, .skew = skew_of(visit.verifier.get()), .window = read->window}, keepable.messages,
                                visit.incoming.body);
  } else {
    request.state = model::RequestState::kUnparsed;
    request.failures = 1;
    request.last_error = model::facts(read.error().code).code;
    request.due_at = visit.incoming.received_at + kParseRetry;
  }
  if (!verdict.replay_id.empty() && verdict.replay_for.count() > 0) {
    keepable.replay = replay_mark(endpoint.id, verdict.replay_id);
    keepable.replay_for = verdict.replay_for;
  }
  RawRequest raw{.incoming = std::move(visit.incoming), .verdict = verdict};
  mask_static_proofs(raw.incoming, visit.values, visit.key);
  auto kept = model::Result<Kept>(Kept::kStored);
  if (auto sealed = co_await seal_raw(context_.keys, request, raw); !sealed) kept = fail(std::move(sealed.error()));
  const auto stored = keepable.request;
  if (kept) kept = co_await keep_request(context_, std::move(keepable));
  if (!kept) {
    count(visit.kind, kept.error().code == Code::kNotFound ? "unknown" : "unavailable");
    co_return refused(std::move(kept.error()));
  }
  if (!read) {
    count(visit.kind, "unparsed");
    co_return ArrivalAnswer{};
  }
  count(visit.kind, *kept == Kept::kDuplicate ? "duplicate" : "accepted");
  if (*kept == Kept::kDuplicate) co_return replied(std::move(read->reply));
  co_return replied(co_await reply_of(visit, stored, *read));
}

ports::Task<services::Reply> Ingress::reply_of(const Visit& visit, const model::ReceivedRequest& request, Read& read) {
  if (!read.needs_reply || visit.endpoint().reply_destination.empty()) co_return std::move(read.reply);
  auto held =
      co_await held_.ask(visit.endpoint(), request, std::move(read.messages.front()), visit.arrived_at + read.deadline - kReplyMargin);
  co_return held ? std::move(*held) : std::move(read.reply);
}

ports::Answer<std::vector<StoredMessage>> Ingress::parse_again(const model::ReceivedRequest& request) {
  auto site = co_await cache_.of_endpoint(request.tenant, request.endpoint);
  if (!site) co_return fail(std::move(site.error()));
  auto parser = co_await service_of(*site, parser_kind(request.kind));
  if (!parser) co_return fail(std::move(parser.error()));
  auto values = co_await values_of(context_, *site, {*parser});
  if (!values) co_return fail(std::move(values.error()));
  auto raw = co_await open_raw(context_.keys, request);
  if (!raw) co_return fail(std::move(raw.error()));
  auto read = co_await this->read(std::move(*parser), request.kind, raw->incoming, *values, raw->verdict, request.tenant);
  if (!read) co_return fail(std::move(read.error()));
  co_return std::move(read->messages);
}

}  // namespace valetkey::events
