#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "cli/failure.hpp"

namespace valetkey::cli {

/// Receives one visit of a browser on this machine (RFC 8252 section 7.3). SIGINT and SIGTERM are its own while it lives, so that
/// Ctrl-C ends a wait and not the process.
class Loopback {
 public:
  /// `address` is 127.0.0.1 or ::1; port 0: a free one. kUsage when it cannot be had.
  static Outcome<Loopback> listen(const std::string& address, std::uint16_t port);
  ~Loopback();
  Loopback(Loopback&&) noexcept;
  Loopback& operator=(Loopback&&) = delete;

  [[nodiscard]] std::uint16_t port() const;

  using Query = std::vector<std::pair<std::string, std::string>>;
  /// The query of the first GET of `path` that holds session_id=`session`, asked for under our own host: others, from pages that know no
  /// session, get a 404. kLater after `seconds`, kInterrupted at a signal.
  Outcome<Query> wait(const std::string& path, const std::string& session, int seconds);

  /// What the browser shows, to the visit that wait() answered; sent before this returns.
  void answer(const std::string& title, const std::string& text);

 private:
  struct State;
  explicit Loopback(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace valetkey::cli
