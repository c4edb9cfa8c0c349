#include <poll.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include "http/server/transport.hpp"

namespace valetkey::http::server {
namespace {

namespace asio = boost::asio;

class PlainTransport final : public Transport {
 public:
  explicit PlainTransport(Socket socket) : socket_(std::move(socket)) {
    boost::system::error_code ignored;
    socket_.non_blocking(true, ignored);
    peer_ = address_text(socket_.remote_endpoint(ignored).address());
    local_ = address_text(socket_.local_endpoint(ignored).address());
  }

  ports::Task<bool> handshake() override { co_return true; }
  ports::Task<IoResult> read_some(std::span<char> into) override {
    return socket_.async_read_some(asio::buffer(into.data(), into.size()), asio::as_tuple(asio::use_awaitable));
  }
  ports::Task<IoResult> read_unless_stopped(std::span<char> into) override {
    return socket_.async_read_some(asio::buffer(into.data(), into.size()),
                                   asio::bind_cancellation_slot(reading_.slot(), asio::as_tuple(asio::use_awaitable)));
  }
  void stop_reading() override { reading_.emit(asio::cancellation_type::terminal); }
  std::size_t write_now(std::string_view bytes) override {
    boost::system::error_code error;
    const auto written = socket_.write_some(asio::buffer(bytes), error);
    return error ? 0 : written;
  }
  ports::Task<IoResult> write(std::string_view bytes) override {
    return asio::async_write(socket_, asio::buffer(bytes), asio::as_tuple(asio::use_awaitable));
  }
  ports::Task<IoResult> write_some(std::string_view bytes) override {
    return socket_.async_write_some(asio::buffer(bytes), asio::as_tuple(asio::use_awaitable));
  }
  ports::Task<void> end_writing() override {
    boost::system::error_code ignored;
    socket_.shutdown(Socket::shutdown_send, ignored);
    co_return;
  }
  void close() override {
    boost::system::error_code ignored;
    socket_.close(ignored);
  }
  void abort() override { server::abort(socket_); }
  [[nodiscard]] bool has_peer_left() override { return server::has_peer_left(socket_.native_handle()); }
  [[nodiscard]] bool is_tls() const override { return false; }
  [[nodiscard]] std::string peer() const override { return peer_; }
  [[nodiscard]] std::string local() const override { return local_; }

 private:
  Socket socket_;
  asio::cancellation_signal reading_;
  std::string peer_;
  std::string local_;
};

}  // namespace

std::unique_ptr<Transport> make_plain_transport(Socket socket) { return std::make_unique<PlainTransport>(std::move(socket)); }

std::string address_text(const boost::asio::ip::address& address) {
  if (address.is_v4()) return address.to_string();
  const auto v6 = address.to_v6();
  if (v6.is_v4_mapped()) return asio::ip::make_address_v4(asio::ip::v4_mapped, v6).to_string();
  return asio::ip::address_v6(v6.to_bytes()).to_string();
}

bool has_peer_left(int descriptor) {
  pollfd watched{.fd = descriptor, .events = POLLRDHUP, .revents = 0};
  return ::poll(&watched, 1, 0) > 0;
}

void abort(Socket& socket) {
  boost::system::error_code ignored;
  socket.set_option(Socket::linger(true, 0), ignored);
  socket.close(ignored);
}

}  // namespace valetkey::http::server
