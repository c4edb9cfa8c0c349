#pragma once
#include <boost/asio/io_context.hpp>
#include <memory>
#include <string>

#include "http/exchange.hpp"
#include "http/server/rules.hpp"
#include "http/server/streamed_body.hpp"

namespace valetkey::http::server {

/// The two streams of one request, and the watch over them: of the caller who leaves or does nothing, and of its key (S23).
class Stream final : public Exchange, public std::enable_shared_from_this<Stream> {
 public:
  struct Facts {
    bool is_old = false;          ///< HTTP/1.0: knows no chunks
    bool keep_alive = false;      ///< as the caller wants it
    bool has_body = false;
    bool expects_continue = false;
    std::optional<std::uint64_t> size;  ///< of the body; nullopt: chunked
  };
  /// `request` and the transport stay until finish() and settle() have answered.
  Stream(Transport& transport, model::ReadBuffer& buffer, Rules& rules, const Request& request, Facts facts);

  ports::BodySource* body() override { return facts_.has_body ? &body_ : nullptr; }
  ports::Departure& departure() override { return wire_.departure(); }
  ports::Answer<void> begin(int status, Pairs headers, std::optional<std::uint64_t> size) override;
  ports::Answer<void> write(std::string_view piece) override;
  [[nodiscard]] Sent sent() const override;

  [[nodiscard]] bool has_begun() const { return has_begun_; }
  /// Whether another request may follow: the body was read to its end, or is dropped now because it is there already.
  bool may_keep_alive();
  /// Ends the answer that was begun, or breaks it off where it is not whole.
  ports::Task<void> finish(const Response& response);
  /// Of the answer that was begun, once it is finished.
  [[nodiscard]] bool keep_alive() const { return keep_alive_; }
  [[nodiscard]] bool has_left() const { return wire_.has_left(); }
  /// Waits until nothing of it uses the connection any more.
  ports::Task<void> settle();

  /// Once a second, from outside of it.
  void watch(model::BootTime now, boost::asio::io_context& context);
  /// Ends it before its time; the caller sees a broken answer.
  void cut(std::string_view reason);

 private:
  [[nodiscard]] bool is_short() const { return has_body_ && size_ && bytes_ < *size_; }
  [[nodiscard]] bool ends_with_connection() const { return has_body_ && !size_ && facts_.is_old; }
  /// For its first piece; nobody is about to send it.
  [[nodiscard]] bool is_head_waiting() const { return !out_.empty() && !is_sending_ && !wire_.is_writing(); }
  void frame(std::string_view piece);
  ports::Task<bool> send();
  ports::Task<void> send_head();
  ports::Task<void> confirm(Request caller, model::BootTime asked_at);

  Wire wire_;
  Rules& rules_;
  const Request& request_;
  Facts facts_;
  StreamedBody body_;
  bool keep_alive_ = false;     // of the answer that was begun
  bool has_begun_ = false;
  bool has_body_ = false;       // the answer
  bool is_over_ = false;
  std::optional<std::uint64_t> size_;  // of the answer's body
  std::uint64_t bytes_ = 0;            // of it
  std::string out_;                    // framed, not sent yet
  bool is_sending_ = false;            // what is in out_
  model::BootTime progress_at_;
  model::BootTime confirmed_at_;
  bool is_confirming_ = false;
};

}  // namespace valetkey::http::server
