#pragma once
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "adapters/upstream/connection.hpp"
#include "adapters/upstream/lane.hpp"
#include "ports/upstream.hpp"

namespace valetkey::adapters::upstream {

using Outcome = std::expected<ports::UpstreamReply, ports::HttpFailure>;

/// One call, from its beginning to the end of its reply. Whatever ends it from outside (deadline, departure, its body) closes what it
/// waits for and leaves the reason; its coroutines find that when they resume.
struct Call final : std::enable_shared_from_this<Call> {
  enum class Phase { kStarting, kConnecting, kSending, kHead, kReply };

  Call(std::shared_ptr<Lane> lane_in, ports::UpstreamRequest request_in);
  ~Call();
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  /// From now on the caller's leaving ends it.
  void follow_departure();
  /// The first reason counts.
  void end(model::Error why);
  /// The sweep found it overdue.
  void expire();
  void arm(model::Milliseconds within) { deadline = lane->now() + within; }
  void disarm() { deadline = model::BootTime::max(); }
  /// What the caller is told: the reason it was ended for, or else this error.
  [[nodiscard]] model::Error reason_or(model::Error error) const;
  /// Nobody reads the reply any more: the connection goes back to the pool or is closed.
  void let_go();

  const std::shared_ptr<Lane> lane;
  ports::UpstreamRequest request;
  std::unique_ptr<Connection> connection;
  Phase phase = Phase::kStarting;
  std::optional<model::Error> ended;
  model::BootTime deadline = model::BootTime::max();
  std::size_t place = 0;                        ///< among the calls of the lane

  model::BootTime connect_until{};              ///< while connecting; the deadline is that of the address being tried
  boost::asio::steady_timer* look_up = nullptr; ///< while a name is resolved

  std::string out;                              ///< head of the request, with a first piece of its body that is small
  std::string_view unsent;                      ///< what of these the socket has not taken
  std::string_view large_piece;                 ///< the first piece where it is not small
  std::uint64_t body_left = 0;                  ///< of a body of known length, not read from its source yet
  bool is_chunked = false;
  bool has_sent = false;                        ///< a byte of the request may have left
  bool has_received = false;                    ///< a byte of the reply came
  bool is_sending = false;                      ///< send_rest() is under way
  bool is_reading_body = false;                 ///< the request's body is waited for
  bool stops_sending = false;                   ///< the rest of the body is not wanted
  bool is_reply_waited_for = false;             ///< between two bytes of the reply's body
  std::optional<boost::asio::steady_timer> sending_ends;  ///< exists when there is more to be sent than one write

  bool may_keep = false;                        ///< the reply is whole and the connection can be used again
  std::optional<model::Seconds> keep_for;       ///< as the server says
};

/// The whole call up to the reply's head.
ports::Task<Outcome> run(std::shared_ptr<Call> call);

}  // namespace valetkey::adapters::upstream
