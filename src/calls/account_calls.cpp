#include "calls/account_calls.hpp"

#include <chrono>

#include "calls/reply_headers.hpp"
#include "calls/request_headers.hpp"
#include "calls/token_signals.hpp"

namespace valetkey::calls {
namespace {

constexpr std::string_view kCalls = "valetkey_proxy_calls_total";
constexpr std::string_view kSeconds = "valetkey_proxy_seconds";
constexpr std::string_view kOverhead = "valetkey_proxy_overhead_seconds";

double seconds_of(model::Microseconds time) { return std::chrono::duration<double>(time).count(); }

bool may_tell_expiry(const model::ProxyFacts& facts, const ports::UpstreamReply& reply) {
  return is_expired_status(facts, reply.status) || may_hold_expiry(facts.expired_body, reply.status, reply.headers);
}

/// Whether a reply that may do so tells that the token has expired. A body that is looked into is handed on as it was.
ports::Task<bool> tells_expiry(const model::ProxyFacts& facts, ports::UpstreamReply& reply) {
  const bool by_status = is_expired_status(facts, reply.status);
  // Also where the status is enough: its connection is free while the token is renewed.
  auto begun = co_await begun_body(std::move(reply.body), kMostKept);
  const bool by_body = !by_status && begun->is_whole() && holds_expiry(facts.expired_body, begun->begun());
  reply.body = std::move(begun);
  co_return by_status || by_body;
}

}  // namespace

std::string_view to_string(Warning warning) {
  switch (warning) {
    case Warning::kNone: return "";
    case Warning::kNotRepeated: return "not_repeated";
    case Warning::kRefreshFailed: return "refresh_failed";
  }
  std::unreachable();
}

AccountCalls::AccountCalls(World world, Settings settings) : world_(world), settings_(settings), prepared_(settings.cache_bytes) {}

model::Result<AccountCalls::SharedPrepared> AccountCalls::prepared(const oauth::Access& access) {
  constexpr std::size_t kBytes = 4096;
  const auto& id = access.connection->id.str();
  auto known = prepared_.get(id);
  if (known && known->connection == access.connection && known->client == access.client) return known;
  const auto ticket = prepared_.ticket(id);
  auto api = api_of(access);
  if (!api) return model::fail(std::move(api.error()));
  known = std::make_shared<const Prepared>(access.connection, access.client, std::move(*api));
  prepared_.put(id, ticket, known, kBytes);
  return known;
}

model::Result<ports::UpstreamRequest> AccountCalls::request_of(const Call& call, const oauth::Access& access, const Api& api) const {
  auto target = target_of(api, call.below, access.token.access_token.reveal());
  if (!target) return model::fail(std::move(target.error()));
  auto headers = request_headers(call.headers, api, access.token.access_token.reveal());
  if (!headers) return model::fail(std::move(headers.error()));
  ports::UpstreamRequest request{.method = call.method, .origin = api.origin, .target = std::move(*target), .headers = std::move(*headers)};
  request.tenant = call.tenant;
  request.credential = access.connection->credential;
  request.departure = call.departure;
  request.connect_within = settings_.connect_within;
  request.head_within = settings_.head_within;
  request.idle_for = settings_.idle_for;
  return request;
}

ports::Answer<ports::UpstreamReply> AccountCalls::exchange(const Call& call, const oauth::Access& access, const Api& api,
                                                           ports::BodySource* body, model::Microseconds& waited) {
  auto request = request_of(call, access, api);
  if (!request) co_return model::fail(std::move(request.error()));
  request->body = body;
  const auto began = world_.clock.boot_now();
  auto reply = co_await world_.upstream.send(std::move(*request));
  waited += world_.clock.boot_now() - began;
  if (!reply) co_return model::fail(std::move(reply.error().error));
  co_return std::move(*reply);
}

Reply AccountCalls::handed_on(const model::ProxyFacts& facts, ports::UpstreamReply reply, Warning warning,
                              std::unique_ptr<ports::BodySource> sent, std::string_view outcome) {
  if (is_rate_limited(facts.rate_limit, reply.status, reply.headers)) {
    world_.metrics.count(kCalls, "rate_limited");
    if (header_of(reply.headers, "retry-after").empty())
      if (const auto after = reset_after(facts.rate_limit, reply.headers, world_.clock.wall_now()))
        reply.headers.emplace_back("Retry-After", std::to_string(after->count()));
  } else {
    world_.metrics.count(kCalls, warning == Warning::kNone ? outcome : to_string(warning));
  }
  Reply out{.status = reply.status, .headers = reply_headers(std::move(reply.headers)), .warning = warning};
  if (warning != Warning::kNone) out.headers.emplace_back("Valetkey-Warning", to_string(warning));
  out.sent = std::move(sent);
  out.body = std::move(reply.body);
  return out;
}

ports::Answer<Reply> AccountCalls::renewed(const Call& call, const oauth::Access& used, std::unique_ptr<KeptBody> sent,
                                           ports::UpstreamReply reply, model::Microseconds& waited) {
  const auto& facts = used.client->integration.proxy;
  // Where a newer generation is there already, it is used without another request (S24).
  auto access =
      co_await world_.tokens.token_for(call.tenant, call.connection, {.rejected_generation = used.token.generation}, call.permission);
  if (!access) co_return handed_on(facts, std::move(reply), Warning::kRefreshFailed, std::move(sent), "");
  if (sent && !sent->is_whole()) co_return handed_on(facts, std::move(reply), Warning::kNotRepeated, std::move(sent), "");
  reply.body.reset();
  std::unique_ptr<BegunBody> again;
  if (sent) again = std::make_unique<BegunBody>(sent->take(), nullptr, std::nullopt);
  const auto api = prepared(*access);
  if (!api) co_return model::fail(api.error());
  auto repeated = co_await exchange(call, *access, (*api)->api, again.get(), waited);
  if (!repeated) co_return model::fail(std::move(repeated.error()));
  co_return handed_on(access->client->integration.proxy, std::move(*repeated), Warning::kNone, std::move(again), "repeated");
}

ports::Answer<Reply> AccountCalls::with_renewal(const Call& call, model::Microseconds& waited) {
  // Before anything is caused.
  if (auto fine = check_below(call.below); !fine) co_return model::fail(std::move(fine.error()));
  auto access = co_await world_.tokens.token_for(call.tenant, call.connection, {}, call.permission);
  if (!access) co_return model::fail(std::move(access.error()));
  const auto api = prepared(*access);
  if (!api) co_return model::fail(api.error());
  std::unique_ptr<KeptBody> sent;
  if (call.body != nullptr) sent = std::make_unique<KeptBody>(*call.body, kMostKept);
  auto reply = co_await exchange(call, *access, (*api)->api, sent.get(), waited);
  if (!reply) co_return model::fail(std::move(reply.error()));
  const auto& facts = access->client->integration.proxy;
  if (!may_tell_expiry(facts, *reply) || !co_await tells_expiry(facts, *reply))
    co_return handed_on(facts, std::move(*reply), Warning::kNone, std::move(sent), "ok");
  co_return co_await renewed(call, *access, std::move(sent), std::move(*reply), waited);
}

ports::Answer<Reply> AccountCalls::send(Call call) {
  const auto began = world_.clock.boot_now();
  model::Microseconds waited{0};
  auto reply = co_await with_renewal(call, waited);
  if (!reply) {
    world_.metrics.count(kCalls, model::facts(reply.error().code).code);
    co_return reply;
  }
  const auto whole = world_.clock.boot_now() - began;
  world_.metrics.observe(kSeconds, "whole", seconds_of(whole));
  world_.metrics.observe(kSeconds, "api", seconds_of(waited));
  world_.metrics.observe(kOverhead, "", seconds_of(whole - waited));
  co_return reply;
}

}  // namespace valetkey::calls
