#pragma once
#include <functional>
#include <string>
#include <vector>

#include "model/id.hpp"
#include "ports/task.hpp"

namespace valetkey::ports {

using Headers = std::vector<std::pair<std::string, std::string>>;

/// One buffered call to the outside. The URL is canonical (S5); redirects are never followed; TLS is verified.
struct HttpRequest {
  std::string method = "GET";
  std::string url;
  Headers headers;
  std::string body;
  model::TenantId tenant;                       ///< whose egress exceptions count (S6)
  model::Milliseconds deadline{15'000};         ///< hard, for everything from name to last byte
  std::size_t max_response = 1 << 20;           ///< bytes; a larger body ends the call as kSent
  bool keeps_beginning = false;                 ///< a larger body is cut to max_response instead, and no more of it is read
  /// Asked on the connected socket directly before the first byte leaves; false ends the call as kNotSent. May be empty.
  std::function<bool()> may_send;
};

struct HttpResponse {
  int status = 0;
  Headers headers;  ///< names in lower case
  std::string body;
  /// The first value of a header by lower-case name, or empty.
  [[nodiscard]] std::string_view header(std::string_view name) const {
    for (const auto& [key, value] : headers)
      if (key == name) return value;
    return {};
  }
};

/// What is known of a call without an answer. The difference decides whether a refresh token was spent (DESIGN 5.4).
enum class SendState {
  kNotSent,  ///< name, egress policy, connect, TLS, may_send: no byte of the request left
  kSent,     ///< at least one byte may have left: timeout, reset, truncation, too large
};

struct HttpFailure {
  SendState state = SendState::kNotSent;
  model::Error error;  ///< kEgressDenied, kProviderUnavailable or kOutcomeUnknown
};

/// Never sends a request twice, not even on a reused connection that turns out to be closed.
class HttpClient {
 public:
  virtual ~HttpClient() = default;
  virtual Task<std::expected<HttpResponse, HttpFailure>> send(HttpRequest request) = 0;
};

}  // namespace valetkey::ports
