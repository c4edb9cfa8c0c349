#pragma once
#include <boost/asio/ip/tcp.hpp>
#include <deque>
#include <functional>
#include <mutex>

#include "http/server/server.hpp"
#include "http/server/tls_certificate.hpp"
#include "http/server/worker.hpp"

namespace valetkey::http::server {

/// What the coroutines of a server share. They own it; it owns nothing that belongs to a context but the doors, which ~Server drops.
struct Server::State : std::enable_shared_from_this<State> {
  State(Settings settings_in, Answerer answerer, StreamHooks hooks, World world, const std::vector<boost::asio::io_context*>& contexts);

  /// One listening socket. Used in the thread of the first context.
  struct Door {
    Listener listener;
    boost::asio::ip::tcp::acceptor acceptor;
    std::uint16_t port;
  };

  model::Result<void> open();
  model::Result<void> open(const ListenAddress& address, Listener listener);
  void run();
  void begin_drain();
  void finish();

  ports::Task<void> accept_from(std::shared_ptr<Door> door);
  ports::Task<void> sweep(Worker& worker, std::shared_ptr<State> self);
  void hand_over(Socket socket, Worker& worker, Listener listener);
  void sweep_shared(model::BootTime now);
  void finish_if_empty();

  Settings settings;
  Rules rules;
  std::unique_ptr<TlsCertificate> certificate;
  std::deque<Worker> workers;
  std::vector<std::shared_ptr<Door>> doors;
  std::size_t turn = 0;
  std::atomic<bool> doors_are_closed{false};
  std::atomic<bool> is_over{false};
  std::atomic<model::BootTime> drain_until{model::BootTime::max()};
  std::mutex mutex;
  std::move_only_function<void()> stopped;  ///< posts what stop() waits for; under mutex
};

}  // namespace valetkey::http::server
