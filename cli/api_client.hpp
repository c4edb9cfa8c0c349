#pragma once
#include <boost/json/value.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/origin.hpp"

namespace valetkey::cli {

using Pairs = std::vector<std::pair<std::string, std::string>>;

/// One request to the API. `path` begins with /v1 and is encoded already.
struct Call {
  std::string method = "GET";
  std::string path;
  Pairs query{};
  std::optional<boost::json::value> body{};
  std::string if_match{};
};

struct Reply {
  int status = 0;
  boost::json::value body;
  std::string etag;
};

struct Head {
  int status = 0;
  std::string line;  ///< HTTP/1.1 200 OK
  Pairs headers;
  /// The first of that name (lower case), or nothing.
  [[nodiscard]] std::string header(std::string_view name) const;
};

/// What Stream::read answers when the body cannot be read on: the request is broken off.
inline constexpr std::size_t kReadFailed = 0x10000000;

/// A request whose bodies are streamed. What is empty is not called; false ends the transfer.
struct Stream {
  std::string method;
  std::string path;                                         ///< as it goes out, query included
  Pairs headers{};
  std::function<std::size_t(char* into, std::size_t size)> read{};  ///< 0: the end
  std::optional<std::int64_t> size{};                       ///< of the body; none: chunked
  std::function<bool(const Head&)> on_head{};
  std::function<bool(std::string_view)> on_piece{};
};

/// The broker's API over HTTP/1.1. No proxy and no .netrc of the environment (S5), no redirect is followed.
class ApiClient {
 public:
  explicit ApiClient(Origin origin);
  ~ApiClient();
  ApiClient(const ApiClient&) = delete;
  ApiClient& operator=(const ApiClient&) = delete;

  /// A 2xx answer. Else what the problem document says (problem.hpp), kUnreachable when there was no answer, kNotAuthorized when there
  /// is no key to ask with.
  Outcome<Reply> call(const Call& call);
  /// A route that needs no key; any status.
  Outcome<Reply> open_call(const std::string& path);
  /// kUnreachable when there was no whole answer.
  Outcome<void> stream(Stream& stream);

  [[nodiscard]] const Origin& origin() const { return origin_; }

 private:
  Outcome<void> perform(Stream& stream, bool has_deadline);
  [[nodiscard]] Failure unreachable(int code, const char* detail) const;

  Origin origin_;
  struct Handle;
  std::unique_ptr<Handle> handle_;
};

}  // namespace valetkey::cli
