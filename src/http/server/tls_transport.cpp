#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include "http/server/transport.hpp"

namespace valetkey::http::server {
namespace {

namespace asio = boost::asio;

class TlsTransport final : public Transport {
 public:
  TlsTransport(Socket socket, std::shared_ptr<asio::ssl::context> context)
      : context_(std::move(context)),
        stream_(std::move(socket), *context_) {
    boost::system::error_code ignored;
    peer_ = address_text(stream_.lowest_layer().remote_endpoint(ignored).address());
    local_ = address_text(stream_.lowest_layer().local_endpoint(ignored).address());
  }

  ports::Task<bool> handshake() override {
    const auto [error] = co_await stream_.async_handshake(asio::ssl::stream_base::server, asio::as_tuple(asio::use_awaitable));
    co_return !error;
  }
  ports::Task<IoResult> read_some(std::span<char> into) override {
    return stream_.async_read_some(asio::buffer(into.data(), into.size()), asio::as_tuple(asio::use_awaitable));
  }
  ports::Task<IoResult> read_unless_stopped(std::span<char> into) override {
    return stream_.async_read_some(asio::buffer(into.data(), into.size()),
                                   asio::bind_cancellation_slot(reading_.slot(), asio::as_tuple(asio::use_awaitable)));
  }
  void stop_reading() override { reading_.emit(asio::cancellation_type::terminal); }
  std::size_t write_now(std::string_view) override { return 0; }
  ports::Task<IoResult> write(std::string_view bytes) override {
    return asio::async_write(stream_, asio::buffer(bytes), asio::as_tuple(asio::use_awaitable));
  }
  ports::Task<IoResult> write_some(std::string_view bytes) override {
    return stream_.async_write_some(asio::buffer(bytes), asio::as_tuple(asio::use_awaitable));
  }
  ports::Task<void> end_writing() override {
    // Sends close_notify and waits for the peer's; the sweep ends the wait.
    co_await stream_.async_shutdown(asio::as_tuple(asio::use_awaitable));
  }
  void close() override {
    boost::system::error_code ignored;
    stream_.lowest_layer().close(ignored);
  }
  void abort() override { server::abort(stream_.next_layer()); }
  [[nodiscard]] bool has_peer_left() override { return server::has_peer_left(stream_.next_layer().native_handle()); }
  [[nodiscard]] bool is_tls() const override { return true; }
  [[nodiscard]] std::string peer() const override { return peer_; }
  [[nodiscard]] std::string local() const override { return local_; }

 private:
  std::shared_ptr<asio::ssl::context> context_;
  asio::ssl::stream<Socket> stream_;
  asio::cancellation_signal reading_;
  std::string peer_;
  std::string local_;
};

}  // namespace

std::unique_ptr<Transport> make_tls_transport(Socket socket, std::shared_ptr<asio::ssl::context> context) {
  return std::make_unique<TlsTransport>(std::move(socket), std::move(context));
}

}  // namespace valetkey::http::server
