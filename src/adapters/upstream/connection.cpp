#include "adapters/upstream/connection.hpp"

#include <sys/socket.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>

namespace valetkey::adapters::upstream {
namespace {

namespace asio = boost::asio;

constexpr auto kAwaited = asio::as_tuple(asio::use_awaitable);

bool is_for_later() { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

}  // namespace

ports::Task<boost::system::error_code> Connection::connect(asio::ip::tcp::endpoint endpoint) {
  auto [error] = co_await socket_.async_connect(endpoint, kAwaited);
  if (!error) socket_.set_option(asio::ip::tcp::no_delay(true), error);
  co_return error;
}

ports::Answer<void> Connection::start_tls(TlsClient& client, TlsSessions& sessions, const std::string& host,
                                          const ports::ClientCertificate* certificate) {
  auto session = client.session(socket_.native_handle(), host, certificate, {.sessions = sessions, .key = key});
  if (!session) co_return model::fail(std::move(session.error()));
  tls_.emplace(std::move(*session));
  reads_first_ = true;
  for (;;) {
    const auto io = tls_->handshake();
    if (io == Io::kDone) co_return model::Result<void>{};
    if (io == Io::kWantsRead || io == Io::kWantsWrite) {
      if (co_await wait(io)) continue;
      co_return model::fail(model::Code::kUpstreamUnreachable, "TLS: the connection was closed");
    }
    co_return model::fail(model::Code::kUpstreamUnreachable, "TLS: " + tls_->failure());
  }
}

ports::Task<Moved> Connection::read(std::span<char> into) {
  for (;;) {
    auto what = Io::kWantsRead;
    // A reply is seldom there when its request has just left: the wait saves a call of the kernel.
    if (reads_first_) {
      const auto moved = read_now(into);
      if (moved.io != Io::kWantsRead && moved.io != Io::kWantsWrite) co_return moved;
      what = moved.io;
    }
    if (!co_await wait(what)) co_return Moved{.io = Io::kFailed};
    reads_first_ = true;
  }
}

Moved Connection::read_now(std::span<char> into) {
  if (tls_) return tls_->read(into);
  const auto received = ::recv(socket_.native_handle(), into.data(), into.size(), MSG_DONTWAIT);
  reads_first_ = received == static_cast<ssize_t>(into.size());
  if (received > 0) return {.io = Io::kDone, .bytes = static_cast<std::size_t>(received)};
  if (received == 0) return {.io = Io::kEnd};
  return {.io = is_for_later() ? Io::kWantsRead : Io::kFailed};
}

Moved Connection::write_now(std::string_view bytes) {
  if (tls_) return tls_->write(bytes);
  const auto sent = ::send(socket_.native_handle(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  if (sent >= 0) return {.io = Io::kDone, .bytes = static_cast<std::size_t>(sent)};
  return {.io = is_for_later() ? Io::kWantsWrite : Io::kFailed};
}

ports::Task<bool> Connection::wait(Io what) {
  if (!socket_.is_open()) co_return false;
  const auto [error] = co_await socket_.async_wait(what == Io::kWantsRead ? Socket::wait_read : Socket::wait_write, kAwaited);
  co_return !error && socket_.is_open();
}

bool Connection::is_quiet() {
  if (!in.empty() || !socket_.is_open()) return false;
  char surplus = 0;
  // TLS: messages that belong to no reply, session tickets for example, are taken in here.
  if (tls_) return tls_->read({&surplus, 1}).io == Io::kWantsRead;
  reads_first_ = false;
  return ::recv(socket_.native_handle(), &surplus, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && is_for_later();
}

void Connection::cancel() {
  boost::system::error_code ignored;
  socket_.cancel(ignored);
}

void Connection::close() {
  boost::system::error_code ignored;
  socket_.close(ignored);
}

}  // namespace valetkey::adapters::upstream
