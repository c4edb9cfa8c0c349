#pragma once
#include <boost/asio/ip/tcp.hpp>
#include <boost/system/error_code.hpp>
#include <memory>
#include <span>
#include <string_view>
#include <tuple>

#include "ports/task.hpp"

namespace boost::asio::ssl {
class context;  // NOLINT(readability-identifier-naming): the name is Asio's
}

namespace valetkey::http::server {

/// A socket of the context that runs its connection; the cheapest executor there is.
using Socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, boost::asio::io_context::executor_type>;
using IoResult = std::tuple<boost::system::error_code, std::size_t>;

/// Bytes of one connection, plain or TLS. Read by one coroutine at a time and written by one, on its own context; the rest from there
/// too.
class Transport {
 public:
  virtual ~Transport() = default;
  /// Nothing to do on a plain socket. False: the connection is useless.
  virtual ports::Task<bool> handshake() = 0;
  virtual ports::Task<IoResult> read_some(std::span<char> into) = 0;
  /// The same, until stop_reading(): then operation_aborted.
  virtual ports::Task<IoResult> read_unless_stopped(std::span<char> into) = 0;
  /// Ends a read that waits, and leaves the writing alone.
  virtual void stop_reading() = 0;
  /// Writes at once what the socket takes without waiting; 0 when it cannot.
  virtual std::size_t write_now(std::string_view bytes) = 0;
  virtual ports::Task<IoResult> write(std::string_view bytes) = 0;
  /// As soon as it could write something.
  virtual ports::Task<IoResult> write_some(std::string_view bytes) = 0;
  /// Tells the peer that nothing more will come.
  virtual ports::Task<void> end_writing() = 0;
  /// Ends whatever is waiting with an error.
  virtual void close() = 0;
  /// The same, with a reset in place of an orderly end.
  virtual void abort() = 0;
  /// The peer has closed its sending half, or more. Looks past bytes that were not read yet.
  [[nodiscard]] virtual bool has_peer_left() = 0;
  [[nodiscard]] virtual bool is_tls() const = 0;
  /// Addresses as text, IPv4-mapped ones as IPv4; empty when the peer is gone already.
  [[nodiscard]] virtual std::string peer() const = 0;
  [[nodiscard]] virtual std::string local() const = 0;
};

std::unique_ptr<Transport> make_plain_transport(Socket socket);
/// Holds the TLS context for as long as it lives, so that a reload does not touch it.
std::unique_ptr<Transport> make_tls_transport(Socket socket, std::shared_ptr<boost::asio::ssl::context> context);

/// For both: text of an address without zone.
std::string address_text(const boost::asio::ip::address& address);
/// For both: Transport::has_peer_left() and Transport::abort().
bool has_peer_left(int descriptor);
void abort(Socket& socket);

}  // namespace valetkey::http::server
