#include "adapters/upstream/dial.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace valetkey::adapters::upstream {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using model::Code;
using model::Result;

/// A name that is being resolved. Made, used and ended in the thread of its lane.
struct LookUp {
  explicit LookUp(asio::io_context& context) : answered(context, asio::steady_timer::time_point::max()) {}
  asio::steady_timer answered;
  std::optional<Result<Addresses>> addresses;
};

/// The thread that resolves knows the look-up only weakly, and the context only while its gate is open.
void start(const std::shared_ptr<LookUp>& look_up, Lane& lane, const std::string& host) {
  auto done = [gate = lane.gate, weak = std::weak_ptr(look_up)](Result<Addresses> addresses) mutable {
    const std::lock_guard lock(gate->mutex);
    if (gate->context == nullptr) return;
    asio::post(*gate->context, [weak = std::move(weak), addresses = std::move(addresses)]() mutable {
      const auto waiting = weak.lock();
      if (!waiting) return;
      waiting->addresses = std::move(addresses);
      waiting->answered.cancel();
    });
  };
  lane.shared->names.resolve({.host = host, .asker = look_up, .done = std::move(done)});
}

ports::Answer<Addresses> addresses_of(Call& call, const std::string& host) {
  if (const auto literal = model::parse_address(host)) co_return Addresses{*literal};
  const auto look_up = std::make_shared<LookUp>(call.lane->context);
  start(look_up, *call.lane, host);
  call.look_up = &look_up->answered;
  call.deadline = call.connect_until;
  co_await look_up->answered.async_wait(asio::as_tuple(asio::use_awaitable));
  call.look_up = nullptr;
  if (call.ended) co_return model::fail(*call.ended);
  if (!look_up->addresses) co_return model::fail(Code::kUpstreamUnreachable, "the name cannot be resolved");
  co_return std::move(*look_up->addresses);
}

tcp::endpoint endpoint_of(const model::Address& address, std::uint16_t port) {
  const auto reached = model::unmapped(address);
  if (!reached.is_v4) return {asio::ip::address_v6(reached.bytes), port};
  return {asio::ip::address_v4({reached.bytes[0], reached.bytes[1], reached.bytes[2], reached.bytes[3]}), port};
}

/// TCP to one address; the operating system's error. It has its share of the time, so that one that does not answer does not use up all.
ports::Task<boost::system::error_code> connect(Call& call, const model::Address& address, std::size_t addresses_left) {
  call.connection = std::make_unique<Connection>(call.lane->context, PoolKeyView(call.request).owned());
  const auto now = call.lane->now();
  call.deadline = now + (call.connect_until - now) / static_cast<int>(addresses_left);
  co_return co_await call.connection->connect(endpoint_of(address, call.request.origin.port));
}

ports::Answer<void> start_tls(Call& call, const std::string& host) {
  if (call.request.origin.scheme != "https") co_return Result<void>{};
  call.deadline = call.connect_until;
  auto started = co_await call.connection->start_tls(call.lane->shared->tls, call.lane->sessions, host, call.request.certificate.get());
  if (call.ended) co_return model::fail(*call.ended);
  co_return started;
}

}  // namespace

ports::Answer<void> dial(Call& call) {
  call.phase = Call::Phase::kConnecting;
  call.connect_until = call.lane->now() + call.request.connect_within;
  const std::string host(model::bare_host(call.request.origin));
  const auto addresses = co_await addresses_of(call, host);
  if (!addresses) co_return model::fail(addresses.error());
  model::Error last{.code = Code::kUpstreamUnreachable, .detail = "the name has no address"};
  bool was_tried = false;
  for (auto left = addresses->size(); const auto& address : *addresses) {
    const auto with_this = left--;
    if (auto allowed = call.lane->shared->settings.policy->check(address, call.request.origin.port, call.request.tenant); !allowed) {
      if (!was_tried) last = std::move(allowed.error());
      continue;
    }
    was_tried = true;
    const auto error = co_await connect(call, address, with_this);
    if (call.ended) co_return model::fail(*call.ended);
    if (!error) co_return co_await start_tls(call, host);
    last = {.code = Code::kUpstreamUnreachable, .detail = "no address could be connected to", .log = {error.message()}};
  }
  call.connection.reset();
  co_return model::fail(std::move(last));
}

}  // namespace valetkey::adapters::upstream
