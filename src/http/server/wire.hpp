#pragma once
#include <boost/asio/steady_timer.hpp>
#include <optional>
#include <string_view>
#include <utility>

#include "http/server/transport.hpp"
#include "model/read_buffer.hpp"
#include "ports/departure.hpp"

namespace valetkey::http::server {

/// The connection of a streamed exchange, as both of its directions see it: one coroutine reads while another writes. That the caller
/// has left is noticed here.
class Wire {
 public:
  Wire(Transport& transport, model::ReadBuffer& buffer) : transport_(transport), buffer_(buffer) {}

  [[nodiscard]] model::ReadBuffer& buffer() { return buffer_; }
  [[nodiscard]] ports::Departure& departure() { return departure_; }
  [[nodiscard]] bool has_left() const { return departure_.has_left(); }

  /// Waits for more bytes in the buffer. False: stopped, or the caller has left.
  ports::Task<bool> fill();
  /// Ends a fill() that waits; the writing goes on.
  void stop_filling();
  /// Waits for its turn, and while the caller reads slowly. False: the caller has left.
  ports::Task<bool> write(std::string_view bytes);
  /// Waits until nobody waits on the connection any more; nothing may be begun after it.
  ports::Task<void> settle();
  /// The caller has left, or must go: whatever waits ends.
  void leave();
  /// The same, so that the caller sees a broken connection in place of an end.
  void abort();

  [[nodiscard]] bool has_peer_left() { return transport_.has_peer_left(); }
  [[nodiscard]] bool is_writing() const { return is_writing_; }
  /// Whether it is the caller's turn to do something.
  [[nodiscard]] bool waits_for_caller() const { return is_filling_ || is_writing_; }
  /// Whether bytes went either way since this was last asked.
  [[nodiscard]] bool take_progress() { return std::exchange(has_progress_, false); }

 private:
  ports::Task<bool> write_waiting(std::string_view bytes);
  ports::Task<void> until_woken();
  void wake();

  Transport& transport_;
  model::ReadBuffer& buffer_;
  ports::Departure departure_;
  bool is_filling_ = false;
  bool is_writing_ = false;
  bool has_progress_ = false;
  std::optional<boost::asio::steady_timer> woken_;  ///< made by the first who waits for another; it measures no time
};

}  // namespace valetkey::http::server
