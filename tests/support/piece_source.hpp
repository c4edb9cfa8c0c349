#pragma once
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <deque>
#include <optional>
#include <string>

#include "ports/body_source.hpp"

namespace valetkey::test {

/// A body of given pieces, and then its end, an error, or a wait that only stop() ends.
class PieceSource final : public ports::BodySource {
 public:
  enum class Then { kEnd, kError, kWait };
  PieceSource(boost::asio::io_context& context, std::deque<std::string> pieces, std::optional<std::uint64_t> size, Then then = Then::kEnd)
      : pieces_(std::move(pieces)),
        size_(size),
        then_(then),
        stopped_(context, boost::asio::steady_timer::time_point::max()) {}

  ports::Answer<std::string_view> read() override {
    ++reads;
    if (!pieces_.empty()) {
      piece_ = std::move(pieces_.front());
      pieces_.pop_front();
      co_return std::string_view(piece_);
    }
    if (then_ == Then::kEnd) co_return std::string_view{};
    if (then_ == Then::kWait && !was_stopped) {
      is_waiting = true;
      co_await stopped_.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
      is_waiting = false;
    }
    co_return model::fail(model::Code::kMalformedRequest, "the body broke off");
  }
  [[nodiscard]] std::optional<std::uint64_t> size() const override { return size_; }
  void stop() override {
    was_stopped = true;
    stopped_.cancel();
  }

  int reads = 0;
  bool was_stopped = false;
  bool is_waiting = false;

 private:
  std::deque<std::string> pieces_;
  std::optional<std::uint64_t> size_;
  Then then_;
  std::string piece_;
  boost::asio::steady_timer stopped_;
};

}  // namespace valetkey::test
