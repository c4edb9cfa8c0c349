#pragma once
#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <variant>
#include <vector>

namespace valetkey::test {

/// What a server does with one connection, step by step; the connection is closed at the end.
struct ReadRequest {};                 ///< reads head and body (Content-Length or chunked), or to the end of the connection
struct Reply {
  std::string bytes;
};   ///< sends these bytes
struct Reset {};                       ///< RST instead of FIN
struct Stall {};                       ///< waits until release(), or until the client has closed
using Step = std::variant<ReadRequest, Reply, Reset, Stall>;
using Script = std::vector<Step>;

/// A raw TCP server on a free loopback port, with one thread for accepting and one a connection. The n-th connection plays the n-th
/// script, further ones the last.
class ScriptedServer {
 public:
  explicit ScriptedServer(std::vector<Script> scripts);
  ~ScriptedServer();
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }
  /// http://127.0.0.1:port + path
  [[nodiscard]] std::string url(const std::string& path = "/") const;

  /// Ends all stalls, those to come as well.
  void release();
  /// Blocks until so many connections were accepted and have read what their first ReadRequest gives.
  void wait_for_requests(std::size_t count);
  /// Accepts what has connected, releases, waits for all scripts to end, and answers what each connection received, in order of
  /// their arrival. No further connections afterwards.
  std::vector<std::string> finish();

 private:
  void accept_all();
  void serve(std::size_t index, int socket);
  void play(std::size_t index, int socket);
  void read_request(std::size_t index, int socket);
  void stall(int socket);

  std::vector<Script> scripts_;
  int listener_ = -1;
  int stop_[2] = {-1, -1};     // a pipe; readable: stop accepting
  int release_[2] = {-1, -1};  // a pipe; readable: no stall lasts
  std::uint16_t port_ = 0;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::size_t, std::string> received_;
  std::size_t requests_ = 0;
  std::vector<std::thread> connections_;
  std::thread acceptor_;
};

}  // namespace valetkey::test
