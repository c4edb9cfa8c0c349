#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

#include "model/form.hpp"
#include "ports/body_source.hpp"
#include "ports/departure.hpp"

namespace valetkey::http {

using model::Pairs;

/// The streams of a request whose route streams (Route::streams): its body as it arrives, and an answer that is sent as it is made.
/// Lives as long as the request. A handler that has called begin() returns Response{.is_streamed = true}: then the server ends the
/// body. Where Response::is_cut is set, another Response is returned, or fewer bytes than `size` were written, the connection is
/// closed instead, so that the caller sees a broken answer. A handler that has not called begin() returns a Response as everywhere.
class Exchange {
 public:
  virtual ~Exchange() = default;
  /// Null: the request has none. 100-continue is told when it is first read. Errors of read(): kMalformedRequest (framing),
  /// kCallerGone.
  virtual ports::BodySource* body() = 0;
  /// Announced when the connection of the caller ends while the answer is made; one that closed its sending half has left.
  virtual ports::Departure& departure() = 0;
  /// The head of the answer; sent with the first piece, or within a second. `size` of the body: nullopt: chunked (HTTP/1.0: until the
  /// connection closes). kInternal when a header would break the framing: nothing has begun then.
  virtual ports::Answer<void> begin(int status, Pairs headers, std::optional<std::uint64_t> size) = 0;
  /// Waits while the caller reads slowly. kCallerGone; kInternal beyond `size`. What may not be sent (HEAD, 204, 304) is dropped. One
  /// at a time.
  virtual ports::Answer<void> write(std::string_view piece) = 0;

  /// What went out so far, for the log.
  struct Sent {
    std::uint64_t bytes = 0;  ///< of the body
    bool has_begun = false;
    bool is_whole = true;     ///< false: less than begin() promised, or the caller has left
  };
  [[nodiscard]] virtual Sent sent() const = 0;
};

}  // namespace valetkey::http
