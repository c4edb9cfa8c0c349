#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "http/request.hpp"

namespace valetkey::http::server {

/// Reads one request from bytes (RFC 9112); the head was checked by framing_error(). Knows no socket.
class RequestParser {
 public:
  explicit RequestParser(std::size_t body_limit);
  ~RequestParser();

  enum class Outcome {
    kNeedsMore,
    kDone,
    kMalformed,
    kTooLarge,  ///< the body; by Content-Length as soon as the head is there
  };
  struct Fed {
    Outcome outcome;
    std::size_t used;  ///< bytes that belong to this request
  };

  /// `bytes` start with what was left over by the last call. The first call holds the whole head.
  Fed feed(std::string_view bytes);
  [[nodiscard]] bool has_head() const;
  /// HTTP/1.1 without `Connection: close`, or HTTP/1.0 with keep-alive.
  [[nodiscard]] bool keep_alive() const;
  /// The client waits for 100 before it sends the body (RFC 9110 10.1.1).
  [[nodiscard]] bool expects_continue() const;
  /// Content-Length bytes still to come; 0 where it is not known.
  [[nodiscard]] std::uint64_t missing() const;
  /// Of the body, where the head has Content-Length.
  [[nodiscard]] std::optional<std::uint64_t> content_length() const;
  [[nodiscard]] bool is_chunked() const;
  [[nodiscard]] bool is_old() const;  ///< HTTP/1.0
  [[nodiscard]] Request& request();
  /// Ready for the next request.
  void reset();

 private:
  struct Impl;
  std::size_t body_limit_;
  std::unique_ptr<Impl> impl_;
};

}  // namespace valetkey::http::server
