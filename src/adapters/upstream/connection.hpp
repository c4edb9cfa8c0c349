#pragma once
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "adapters/upstream/io.hpp"
#include "adapters/upstream/pool_key.hpp"
#include "adapters/upstream/tls.hpp"
#include "model/read_buffer.hpp"
#include "ports/task.hpp"

namespace valetkey::adapters::upstream {

/// A socket of the context that runs its calls; the cheapest executor there is.
using Socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, boost::asio::io_context::executor_type>;

/// One connection to an upstream, plain or TLS. At most one coroutine reads and one writes, on its context; close() and cancel() end
/// their waits.
class Connection {
 public:
  Connection(boost::asio::io_context& context, PoolKey connection_key) : key(std::move(connection_key)), socket_(context) {}

  /// The error of the operating system; none: connected, and without Nagle's delay.
  ports::Task<boost::system::error_code> connect(boost::asio::ip::tcp::endpoint endpoint);
  /// On the connected socket. `sessions` outlive the connection.
  ports::Answer<void> start_tls(TlsClient& client, TlsSessions& sessions, const std::string& host,
                                const ports::ClientCertificate* certificate);

  /// The next bytes, waiting for them.
  ports::Task<Moved> read(std::span<char> into);
  Moved write_now(std::string_view bytes);
  /// Until a write that told kWantsRead or kWantsWrite can be tried again; false: closed or cancelled.
  ports::Task<bool> wait(Io what);

  /// Nothing to be read and not closed by the peer: may be used for another call (S14).
  [[nodiscard]] bool is_quiet();
  void cancel();
  void close();

  const PoolKey key;
  model::ReadBuffer in;
  model::BootTime kept_until{};              ///< of a kept connection
  std::list<Connection*> place_in_order{this};  ///< holds one node, which moves into the pool's order and back
  std::list<Connection*>::iterator place;       ///< that node, while it is there

 private:
  Moved read_now(std::span<char> into);

  Socket socket_;
  std::optional<TlsSession> tls_;
  bool reads_first_ = false;  ///< there may be something to read already: try before waiting
};

}  // namespace valetkey::adapters::upstream
