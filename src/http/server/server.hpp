#pragma once
#include <boost/asio/io_context.hpp>
#include <memory>
#include <vector>

#include "http/server/settings.hpp"
#include "http/server/world.hpp"

namespace valetkey::http::server {

/// HTTP/1.1 on sockets: framing (S14), limits, TLS, listeners (S21), drain. Knows no routes.
///
/// Connections are handed round robin to `contexts`, each of which the caller runs in one thread; a request is answered on the
/// context of its connection. One sweep a second and context, on the clock port, ends what is too slow.
class Server {
 public:
  Server(Settings settings, Answerer answerer, World world, std::vector<boost::asio::io_context*> contexts, StreamHooks hooks = {});
  /// The contexts do not run any more, but still exist.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Binds and starts to accept. kInvalidInput with what to change: address in use, unreadable certificate, refused settings.
  model::Result<void> start();
  /// The bound port; port 0 in the settings takes a free one.
  [[nodiscard]] std::uint16_t port(Listener listener) const;
  /// Drains: stops accepting, closes idle connections, answers what is under way with `Connection: close`, and answers when the last
  /// connection ended or was cut off at `deadline`. Call once.
  ports::Task<void> stop(model::Milliseconds deadline);
  [[nodiscard]] std::size_t connections() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace valetkey::http::server
