#include "http/server/server_state.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

#include "http/server/acceptor.hpp"

namespace valetkey::http::server {
namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr model::Milliseconds kSweepEvery{1'000};
constexpr model::Milliseconds kPauseAfterAcceptError{100};

std::vector<std::string> listen_hosts(const Settings& settings) {
  std::vector<std::string> hosts{settings.listen.host};
  if (settings.listen_internal) hosts.push_back(settings.listen_internal->host);
  return hosts;
}

}  // namespace

Server::State::State(Settings settings_in, Answerer answerer, StreamHooks hooks, World world,
                     const std::vector<asio::io_context*>& contexts)
    : settings(std::move(settings_in)),
      rules{.limits = settings.limits,
            .hosts = HostCheck(settings.public_url, listen_hosts(settings), settings.hosts),
            .forwarded = Forwarded(settings.trusted_proxies),
            .answerer = std::move(answerer),
            .hooks = std::move(hooks),
            .world = world} {
  for (auto* context : contexts) {
    workers.emplace_back(*context, rules, [this] {
      rules.live.fetch_sub(1);
      finish_if_empty();
    });
  }
}

model::Result<void> Server::State::open() {
  if (auto ok = check_settings(settings); !ok) return ok;
  if (settings.tls) {
    certificate = std::make_unique<TlsCertificate>(*settings.tls, rules.world.log);
    if (auto ok = certificate->load(); !ok) return ok;
  }
  if (auto ok = open(settings.listen, Listener::kPublic); !ok) return ok;
  if (!settings.listen_internal) return {};
  return open(*settings.listen_internal, Listener::kInternal);
}

model::Result<void> Server::State::open(const ListenAddress& address, Listener listener) {
  auto acceptor = make_acceptor(workers.front().context(), address);
  if (!acceptor) return model::fail(std::move(acceptor.error()));
  const auto port = acceptor->local_endpoint().port();
  doors.push_back(std::make_shared<Door>(listener, std::move(*acceptor), port));
  return {};
}

void Server::State::run() {
  auto& first = workers.front().context();
  for (const auto& door : doors) asio::co_spawn(first, accept_from(door), asio::detached);
  for (auto& worker : workers) asio::co_spawn(worker.context(), sweep(worker, shared_from_this()), asio::detached);
}

ports::Task<void> Server::State::accept_from(std::shared_ptr<Door> door) {
  const auto self = shared_from_this();
  while (door->acceptor.is_open()) {
    auto& worker = workers[turn++ % workers.size()];
    auto [error, socket] = co_await door->acceptor.async_accept(worker.context(), asio::as_tuple(asio::use_awaitable));
    if (!door->acceptor.is_open()) co_return;
    if (error) {  // out of descriptors, most likely: give others the time to close some
      rules.world.log.write(ports::LogLevel::kError, "a connection cannot be accepted", {{"reason", error.message()}});
      co_await rules.world.clock.sleep_until(rules.world.clock.boot_now() + kPauseAfterAcceptError);
      continue;
    }
    hand_over(std::move(socket), worker, door->listener);
  }
}

void Server::State::hand_over(Socket socket, Worker& worker, Listener listener) {
  error_code ignored;
  socket.set_option(tcp::no_delay(true), ignored);
  rules.live.fetch_add(1);
  rules.world.metrics.count("valetkey_http_connections_total", listener == Listener::kPublic ? "public" : "internal");
  auto transport = certificate ? make_tls_transport(std::move(socket), certificate->current()) : make_plain_transport(std::move(socket));
  asio::post(worker.context(), [&worker, listener, self = shared_from_this(), transport = std::move(transport)]() mutable {
    worker.adopt(std::move(transport), listener, std::move(self));
  });
}

ports::Task<void> Server::State::sweep(Worker& worker, std::shared_ptr<State> self) {
  while (!is_over) {
    co_await rules.world.clock.sleep_until(rules.world.clock.boot_now() + kSweepEvery);
    const auto now = rules.world.clock.boot_now();
    worker.sweep(now);
    if (rules.draining && now >= drain_until.load()) worker.close_all();
    if (&worker == &self->workers.front()) sweep_shared(now);
  }
}

void Server::State::sweep_shared(model::BootTime now) {
  if (certificate) certificate->reload_if_changed();
  rules.world.metrics.gauge("valetkey_http_connections", {}, static_cast<double>(rules.live.load()));
  rules.world.metrics.gauge("valetkey_http_streams", {}, static_cast<double>(rules.streams.load()));
  if (rules.draining && now >= drain_until.load()) finish();
}

void Server::State::begin_drain() {
  for (const auto& door : doors) {
    error_code ignored;
    door->acceptor.close(ignored);
  }
  for (auto& worker : workers) asio::post(worker.context(), [&worker, self = shared_from_this()] { worker.close_idle(); });
  doors_are_closed = true;
  finish_if_empty();
}

void Server::State::finish_if_empty() {
  if (doors_are_closed && rules.live.load() == 0) finish();
}

void Server::State::finish() {
  is_over = true;
  const std::lock_guard lock(mutex);
  if (!stopped) return;
  auto tell = std::exchange(stopped, nullptr);
  tell();
}

}  // namespace valetkey::http::server
