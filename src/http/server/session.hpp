#pragma once
#include <memory>
#include <optional>
#include <string>

#include "http/server/request_parser.hpp"
#include "http/server/rules.hpp"
#include "http/server/stream.hpp"
#include "http/server/transport.hpp"
#include "model/read_buffer.hpp"

namespace valetkey::http::server {

/// One connection: reads requests, asks for the answer, writes it, one at a time (RFC 9112 9.3.2). Everything happens on the context
/// of its transport.
class Session {
 public:
  Session(std::unique_ptr<Transport> transport, Listener listener, Rules& rules);

  /// Until the connection ends.
  ports::Task<void> run();

  /// Once a second: ends it when it is overdue, and looks after a streamed answer.
  void sweep(model::BootTime now, boost::asio::io_context& context);
  [[nodiscard]] bool is_idle() const { return phase_ == Phase::kIdle; }
  [[nodiscard]] model::BootTime idle_since() const { return since_; }
  /// Ends whatever it waits for.
  void close();

 private:
  enum class Phase { kIdle, kReading, kAnswering, kWriting, kClosing };
  void enter(Phase phase, std::optional<model::Milliseconds> at_most);

  ports::Task<bool> serve_one();
  ports::Task<bool> serve_stream();
  ports::Task<bool> read_head();
  ports::Task<bool> read_body();
  ports::Task<bool> send(const Response& response, bool keep_alive);
  ports::Task<bool> send_rest();
  ports::Task<bool> refuse();
  ports::Task<void> linger();
  bool feed_head(std::string_view head);
  bool feed_body();
  bool accept_head();
  bool accept_query();
  bool send_now(const Response& response, bool keep_alive);
  bool may_go_on();
  bool refused(model::Error error);
  void begin_request();

  std::unique_ptr<Transport> transport_;
  Listener listener_;
  Rules& rules_;
  Phase phase_ = Phase::kIdle;
  model::BootTime since_{};
  model::BootTime deadline_ = model::BootTime::max();
  model::ReadBuffer buffer_;
  RequestParser parser_;
  std::optional<model::Error> refusal_;  ///< why reading ended, where the client can still be told
  bool is_done_ = false;                 ///< the parser has the whole request
  bool is_first_ = true;
  std::string out_;
  std::size_t written_ = 0;  ///< of out_
  Stream* stream_ = nullptr;  ///< of the request that is being answered, where it streams
};

}  // namespace valetkey::http::server
