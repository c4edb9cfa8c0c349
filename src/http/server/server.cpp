#include "http/server/server.hpp"

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "http/server/server_state.hpp"

namespace valetkey::http::server {
namespace asio = boost::asio;

Server::Server(Settings settings, Answerer answerer, World world, std::vector<asio::io_context*> contexts, StreamHooks hooks)
    : state_(std::make_shared<State>(std::move(settings), std::move(answerer), std::move(hooks), world, contexts)) {}

Server::~Server() {
  for (const auto& door : state_->doors) {
    boost::system::error_code ignored;
    door->acceptor.close(ignored);
  }
  state_->doors.clear();
  const std::lock_guard lock(state_->mutex);
  state_->stopped = nullptr;  // the coroutine that waits for it owns the state
}

model::Result<void> Server::start() {
  if (auto ok = state_->open(); !ok) return ok;
  state_->run();
  return {};
}

std::uint16_t Server::port(Listener listener) const {
  for (const auto& door : state_->doors)
    if (door->listener == listener) return door->port;
  return state_->doors.empty() ? std::uint16_t{0} : state_->doors.front()->port;
}

ports::Task<void> Server::stop(model::Milliseconds deadline) {
  const auto state = state_;
  state->drain_until = state->rules.world.clock.boot_now() + deadline;
  state->rules.draining = true;
  auto wait = [state](auto handler) {
    auto executor = asio::get_associated_executor(handler);
    {
      const std::lock_guard lock(state->mutex);
      state->stopped = [executor, waiting = std::move(handler)]() mutable { asio::post(executor, std::move(waiting)); };
    }
    asio::post(state->workers.front().context(), [state] { state->begin_drain(); });
  };
  co_await asio::async_initiate<const asio::use_awaitable_t<>, void()>(std::move(wait), asio::use_awaitable);
}

std::size_t Server::connections() const { return state_->rules.live.load(); }

}  // namespace valetkey::http::server
