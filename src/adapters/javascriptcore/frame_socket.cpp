#include "adapters/javascriptcore/frame_socket.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

namespace valetkey::adapters::javascriptcore {
namespace {

constexpr auto kAwait = boost::asio::as_tuple(boost::asio::use_awaitable);

}  // namespace

FrameSocket::FrameSocket(const boost::asio::any_io_executor& executor, int socket)
    : socket_(executor, boost::asio::local::stream_protocol(), socket) {}

FrameSocket::~FrameSocket() {
  boost::system::error_code ignored;
  socket_.release(ignored);
}

ports::Task<bool> FrameSocket::send(std::string bytes) {
  const auto [error, size] = co_await boost::asio::async_write(socket_, boost::asio::buffer(bytes), kAwait);
  co_return !error;
}

ports::Task<std::optional<Frame>> FrameSocket::receive() {
  std::string bytes(kFrameHead, '\0');
  const auto [head_error, head_size] = co_await boost::asio::async_read(socket_, boost::asio::buffer(bytes), kAwait);
  const auto head = head_error ? std::nullopt : decoded_head(bytes);
  if (!head) co_return std::nullopt;
  bytes.resize(head->length);
  if (head->length > 0) {
    const auto [error, size] = co_await boost::asio::async_read(socket_, boost::asio::buffer(bytes), kAwait);
    if (error) co_return std::nullopt;
  }
  co_return decoded(head->kind, bytes);
}

}  // namespace valetkey::adapters::javascriptcore
