#include "http/server/request_parser.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include "model/http_text.hpp"

namespace valetkey::http::server {

using model::equals_ignoring_case;
using model::lower;
namespace beast = boost::beast;
using beast::error_code;
using beast::string_view;

constexpr std::string_view kLastChunk = "0\r\n\r\n";

/// Writes straight into the Request: Beast's own field container would cost an allocation per header.
struct RequestParser::Impl final : beast::http::basic_parser<true> {
  explicit Impl(std::size_t limit_in) : limit(limit_in) {
    eager(true);
    body_limit(boost::none);  // a route that streams has none: the head must not be refused
    header_limit(1 << 20);  // the session limits the head
    request.headers.reserve(12);
  }

  void on_request_impl(beast::http::verb, string_view method, string_view target, int version, error_code&) override {
    is_old = version < 11;
    request.method.assign(method.data(), method.size());
    request.target.assign(target.data(), target.size());
  }
  void on_response_impl(int, string_view, int, error_code&) override {}
  void on_field_impl(beast::http::field, string_view name, string_view value, error_code&) override {
    if (head_is_done) return;  // trailers are dropped
    auto& header = request.headers.emplace_back(std::string(name.data(), name.size()), std::string(value.data(), value.size()));
    for (auto& c : header.first) c = lower(c);
  }
  void on_header_impl(error_code&) override {
    head_is_done = true;
    body_limit(limit);
  }
  void on_body_init_impl(const boost::optional<std::uint64_t>& length, error_code&) override {
    if (length) request.body.reserve(static_cast<std::size_t>(std::min<std::uint64_t>(*length, 64 * 1024)));
  }
  std::size_t on_body_impl(string_view body, error_code&) override {
    request.body.append(body.data(), body.size());
    return body.size();
  }
  void on_chunk_header_impl(std::uint64_t, string_view, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, string_view body, error_code& error) override { return on_body_impl(body, error); }
  void on_finish_impl(error_code&) override {}

  std::size_t limit;
  Request request;
  bool head_is_done = false;
  bool is_old = false;
};

RequestParser::RequestParser(std::size_t body_limit) : body_limit_(body_limit), impl_(std::make_unique<Impl>(body_limit)) {}
RequestParser::~RequestParser() = default;

RequestParser::Fed RequestParser::feed(std::string_view bytes) {
  // Five bytes are still to come of any chunked body. Beast aborts when it is given fewer behind a last chunk that it saw begin.
  if (impl_->head_is_done && impl_->chunked() && bytes.size() < kLastChunk.size()) return {Outcome::kNeedsMore, 0};
  error_code error;
  const auto used = impl_->put(boost::asio::buffer(bytes.data(), bytes.size()), error);
  if (impl_->head_is_done && content_length().value_or(0) > body_limit_) {
    impl_->request.body.clear();
    return {Outcome::kTooLarge, used};
  }
  if (error == beast::http::error::need_more) return {Outcome::kNeedsMore, used};
  if (error == beast::http::error::body_limit) return {Outcome::kTooLarge, used};
  if (error) return {Outcome::kMalformed, used};
  return {impl_->is_done() ? Outcome::kDone : Outcome::kNeedsMore, used};
}

bool RequestParser::has_head() const { return impl_->head_is_done; }
bool RequestParser::keep_alive() const { return impl_->keep_alive(); }
bool RequestParser::expects_continue() const {
  const auto expect = impl_->request.header("expect");
  return expect && equals_ignoring_case(*expect, "100-continue") && !impl_->is_old;
}
std::uint64_t RequestParser::missing() const { return impl_->content_length_remaining().value_or(0); }
std::optional<std::uint64_t> RequestParser::content_length() const {
  const auto length = impl_->content_length();
  return length ? std::optional<std::uint64_t>(*length) : std::nullopt;
}
bool RequestParser::is_chunked() const { return impl_->chunked(); }
bool RequestParser::is_old() const { return impl_->is_old; }
Request& RequestParser::request() { return impl_->request; }
void RequestParser::reset() { impl_ = std::make_unique<Impl>(body_limit_); }

}  // namespace valetkey::http::server
