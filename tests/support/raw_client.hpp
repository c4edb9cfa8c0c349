#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace valetkey::test {

struct RawResponse {
  int status = 0;  ///< 0: the connection ended before a whole answer came
  std::vector<std::pair<std::string, std::string>> headers;  ///< names in lower case
  std::string body;

  [[nodiscard]] std::string header(std::string_view name) const;
};

/// A client that sends exactly the bytes of a test, blocking. Nothing it waits for takes longer than 10 s: then it throws.
class RawClient {
 public:
  explicit RawClient(std::uint16_t port);
  /// TLS with any certificate, at most of this version (TLS1_2_VERSION; 0: the newest).
  static RawClient tls(std::uint16_t port, int version = 0);
  ~RawClient();
  RawClient(RawClient&&) noexcept;

  /// False when the server has closed.
  bool send(std::string_view bytes);
  /// The next answer. `to_head`: without a body.
  RawResponse read_response(bool to_head = false);
  RawResponse exchange(std::string_view bytes) {
    send(bytes);
    return read_response();
  }
  /// Waits until the server closes, and answers what came before.
  std::string read_to_end();
  /// What came already, or comes next; empty: the server closed.
  std::string read_some();
  /// Whether the connection ended with a reset.
  [[nodiscard]] bool was_reset() const;
  /// Closes the sending half.
  void end_sending();
  /// The server's certificate, PEM; TLS only.
  [[nodiscard]] std::string certificate() const;

 private:
  struct State;
  explicit RawClient(std::unique_ptr<State> state);
  bool fill();

  std::unique_ptr<State> state_;
};

}  // namespace valetkey::test
