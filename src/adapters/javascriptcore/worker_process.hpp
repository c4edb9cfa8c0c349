#pragma once
#include <sys/types.h>

#include <memory>
#include <string>
#include <vector>

#include "model/error.hpp"
#include "model/id.hpp"

namespace valetkey::adapters::javascriptcore {

/// How a worker is started: this program again, with an argument that nobody types. Empty arguments: none.
struct WorkerCommand {
  std::string path = "/proc/self/exe";
  std::string argument = "script-worker";
};

/// One worker: a process with an empty environment, one socket, and nothing else of the broker (S36). It dies with this, and with the
/// thread that spawned it.
class WorkerProcess {
 public:
  static model::Result<std::unique_ptr<WorkerProcess>> spawn(const WorkerCommand& command);
  ~WorkerProcess();
  WorkerProcess(const WorkerProcess&) = delete;
  WorkerProcess& operator=(const WorkerProcess&) = delete;

  [[nodiscard]] int socket() const { return socket_; }
  [[nodiscard]] pid_t id() const { return id_; }
  /// Processor time so far, of all its threads.
  [[nodiscard]] model::Milliseconds time_used() const;
  /// False once it has ended, which reaps it.
  bool is_alive();
  void kill();
  /// Waits for its end: the signal that ended it, 0 for none.
  int end_signal();

  model::TenantId tenant;  ///< whom it serves; empty: nobody yet
  int calls = 0;
  bool is_ready = false;   ///< its first frame has been read

 private:
  WorkerProcess(int socket, pid_t id) : socket_(socket), id_(id) {}
  void reap(int options);

  int socket_;
  pid_t id_;
  bool is_reaped_ = false;
  int status_ = 0;
};

}  // namespace valetkey::adapters::javascriptcore
