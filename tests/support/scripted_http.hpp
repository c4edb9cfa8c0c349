#pragma once
#include <functional>
#include <vector>

#include "ports/http_client.hpp"

namespace valetkey::test {

/// A network that answers as the test says, and keeps what was asked. On one thread.
class ScriptedHttp final : public ports::HttpClient {
 public:
  using Answer = std::expected<ports::HttpResponse, ports::HttpFailure>;

  ports::Task<Answer> send(ports::HttpRequest request) override {
    seen.push_back(request);
    if (on_request) co_await on_request();
    co_return answer ? answer(seen.back()) : Answer(ports::HttpResponse{.status = 404, .headers = {}, .body = {}});
  }

  static Answer reply(std::string body, int status = 200, ports::Headers headers = {}) {
    return ports::HttpResponse{.status = status, .headers = std::move(headers), .body = std::move(body)};
  }
  static Answer unreachable() {
    return std::unexpected(
        ports::HttpFailure{ports::SendState::kNotSent, {.code = model::Code::kProviderUnavailable, .detail = "no route"}});
  }

  std::function<Answer(const ports::HttpRequest&)> answer;
  std::function<ports::Task<void>()> on_request;  ///< before the answer
  std::vector<ports::HttpRequest> seen;
};

}  // namespace valetkey::test
