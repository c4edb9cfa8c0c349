#pragma once
#include <deque>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "model/form.hpp"
#include "ports/clock.hpp"
#include "ports/http_client.hpp"

namespace valetkey::test {

/// What happens to one request in the place of the honest answer.
struct Behaviour {
  bool is_not_sent = false;       ///< never leaves
  bool is_processed = true;       ///< the server does its work, whatever becomes of the answer
  bool is_lost = false;           ///< the answer never arrives
  int status = 0;                 ///< 0: the honest one
  std::string body;
  ports::Headers headers;
  model::Milliseconds delay{0};   ///< on the clock, before the server reads the request
};

struct SeenRequest {
  ports::HttpRequest request;
  model::Pairs form;
  model::WallTime at{};
  [[nodiscard]] std::string parameter(std::string_view name) const {
    for (const auto& [key, value] : form)
      if (key == name) return value;
    return {};
  }
};

/// A network with one authorisation server behind it, on one thread and the test's clock: rotating refresh tokens with reuse detection
/// that kills the whole grant, as RFC 9700 4.14.2 asks for.
class SimulatedProvider final : public ports::HttpClient {
 public:
  explicit SimulatedProvider(ports::Clock& clock) : clock_(clock) {}

  ports::Task<std::expected<ports::HttpResponse, ports::HttpFailure>> send(ports::HttpRequest request) override;

  /// A grant that exists there; answers its refresh token.
  std::string mint();
  /// The callers are gone, whatever they waited for.
  void forget_callers() { in_flight_.clear(); }
  [[nodiscard]] bool is_alive(const std::string& access_token) const { return live_.contains(access_token); }

  bool rotates = true;
  bool has_reuse_detection = true;
  bool gives_refresh_token = true;               ///< in the answer to a refresh
  std::int64_t expires_in = 3600;
  std::map<std::string, std::string> members;    ///< further members of a token answer, raw JSON values
  std::deque<Behaviour> script;                  ///< used up first
  std::function<Behaviour()> otherwise;          ///< after the script; empty: honest

  std::vector<SeenRequest> seen;
  int concurrent_same_token = 0;                 ///< the same refresh token twice at one time
  int reused_after_rotation = 0;
  [[nodiscard]] std::size_t token_requests() const { return seen.size(); }

 private:
  struct Family {
    std::string current;
    bool is_dead = false;
    std::string access;
  };
  ports::HttpResponse processed(const SeenRequest& seen);
  ports::HttpResponse token_answer(const std::string& family);

  ports::Clock& clock_;
  int next_ = 0;
  std::map<std::string, std::string> family_of_;  ///< refresh token, live or spent -> family
  std::map<std::string, Family> families_;
  std::set<std::string> live_;                    ///< access tokens
  std::multiset<std::string> in_flight_;
};

}  // namespace valetkey::test
