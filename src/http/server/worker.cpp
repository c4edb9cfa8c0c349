#include "http/server/worker.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <exception>

namespace valetkey::http::server {
namespace {

ports::Task<void> hold(std::shared_ptr<Session> session) { co_await session->run(); }

std::string text_of(const std::exception_ptr& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const std::exception& error) {
    return error.what();
  } catch (...) {
    return "unknown";
  }
}

}  // namespace

void Worker::adopt(std::unique_ptr<Transport> transport, Listener listener, std::shared_ptr<void> keep_alive) {
  if (rules_.live.load(std::memory_order_relaxed) > rules_.limits.connections && !close_longest_idle()) {
    rules_.world.metrics.count("valetkey_http_refused_total", "connections");
    transport->close();
    ended_();
    return;
  }
  auto session = std::make_shared<Session>(std::move(transport), listener, rules_);
  const auto entry = sessions_.insert(sessions_.end(), session.get());
  boost::asio::co_spawn(
      context_, hold(std::move(session)), [this, entry, keep_alive = std::move(keep_alive)](const std::exception_ptr& thrown) {
        if (thrown) rules_.world.log.write(ports::LogLevel::kError, "a connection ended by an exception", {{"reason", text_of(thrown)}});
        sessions_.erase(entry);
        ended_();
      });
}

/// What `act` does may end the session.
template <class Act>
void Worker::for_each(Act act) {
  for (auto next = sessions_.begin(); next != sessions_.end();) act(**next++);
}

void Worker::sweep(model::BootTime now) {
  for_each([&](Session& session) { session.sweep(now, context_); });
}

void Worker::close_idle() {
  for_each([](Session& session) {
    if (session.is_idle()) session.close();
  });
}

void Worker::close_all() {
  for_each([](Session& session) { session.close(); });
}

bool Worker::close_longest_idle() {
  Session* longest = nullptr;
  for (auto* session : sessions_)
    if (session->is_idle() && (longest == nullptr || session->idle_since() < longest->idle_since())) longest = session;
  if (longest == nullptr) return false;
  longest->close();
  return true;
}

}  // namespace valetkey::http::server
