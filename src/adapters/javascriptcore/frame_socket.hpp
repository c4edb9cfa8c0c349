#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <optional>
#include <string>

#include "adapters/javascriptcore/frame.hpp"
#include "ports/task.hpp"

namespace valetkey::adapters::javascriptcore {

/// The broker's end of a worker's socket, for as long as one call uses it on its executor. Closes nothing.
class FrameSocket {
 public:
  FrameSocket(const boost::asio::any_io_executor& executor, int socket);
  ~FrameSocket();
  FrameSocket(const FrameSocket&) = delete;
  FrameSocket& operator=(const FrameSocket&) = delete;

  /// `bytes` of a whole frame. False: the worker is gone.
  ports::Task<bool> send(std::string bytes);
  /// nullopt: the worker is gone, or says what no worker says.
  ports::Task<std::optional<Frame>> receive();

 private:
  boost::asio::local::stream_protocol::socket socket_;
};

}  // namespace valetkey::adapters::javascriptcore
