#include "adapters/javascriptcore/worker_process.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <ctime>
#include <memory>

namespace valetkey::adapters::javascriptcore {
namespace {

constexpr int kChannel = 3;

/// All that a worker knows of the outside. The cage reserves address space that its limit could not count; there is no compiler; the
/// heap is kept small.
constexpr std::array kEnvironment{"GIGACAGE_ENABLED=no",   "JSC_useJIT=0", "JSC_numberOfGCMarkers=1",
                                  "JSC_useConcurrentGC=0", "TZ=UTC",       "LC_ALL=C.UTF-8"};

struct Actions {
  Actions() {
    ::posix_spawn_file_actions_init(&files);
    ::posix_spawnattr_init(&attributes);
  }
  ~Actions() {
    ::posix_spawn_file_actions_destroy(&files);
    ::posix_spawnattr_destroy(&attributes);
  }
  Actions(const Actions&) = delete;
  Actions& operator=(const Actions&) = delete;

  void hand_over(int socket) {
    for (const int standard : {0, 1, 2}) ::posix_spawn_file_actions_addopen(&files, standard, "/dev/null", O_RDWR, 0);
    ::posix_spawn_file_actions_adddup2(&files, socket, kChannel);
    ::posix_spawn_file_actions_addclosefrom_np(&files, kChannel + 1);
    ::posix_spawn_file_actions_addchdir_np(&files, "/");
  }

  /// Signals as a new process expects them, and a group of its own: Ctrl-C at a terminal is for the broker, which drains.
  void start_clean() {
    sigset_t none;
    sigset_t all;
    ::sigemptyset(&none);
    ::sigfillset(&all);
    ::posix_spawnattr_setsigmask(&attributes, &none);
    ::posix_spawnattr_setsigdefault(&attributes, &all);
    ::posix_spawnattr_setpgroup(&attributes, 0);
    ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  }

  posix_spawn_file_actions_t files{};
  posix_spawnattr_t attributes{};
};

std::unexpected<model::Error> failed(const char* what, int error) {
  return model::fail(model::Code::kInternal, "a script worker could not be started",
                     {.text = std::string(what) + ": " + std::strerror(error)});
}

}  // namespace

model::Result<std::unique_ptr<WorkerProcess>> WorkerProcess::spawn(const WorkerCommand& command) {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) return failed("socketpair", errno);
  Actions actions;
  actions.hand_over(ends[1]);
  actions.start_clean();
  std::array<char*, 3> arguments{const_cast<char*>("valetkey"),
                                 command.argument.empty() ? nullptr : const_cast<char*>(command.argument.c_str()), nullptr};
  std::array<char*, kEnvironment.size() + 1> environment{};
  for (std::size_t i = 0; i < kEnvironment.size(); ++i) environment[i] = const_cast<char*>(kEnvironment[i]);
  pid_t id = 0;
  const int error = ::posix_spawn(&id, command.path.c_str(), &actions.files, &actions.attributes, arguments.data(), environment.data());
  (void)::close(ends[1]);
  if (error == 0) return std::unique_ptr<WorkerProcess>(new WorkerProcess(ends[0], id));
  (void)::close(ends[0]);
  return failed(command.path.c_str(), error);
}

WorkerProcess::~WorkerProcess() {
  kill();
  reap(0);
  (void)::close(socket_);
}

model::Milliseconds WorkerProcess::time_used() const {
  clockid_t clock = 0;
  timespec used{};
  if (::clock_getcpuclockid(id_, &clock) != 0 || ::clock_gettime(clock, &used) != 0) return model::Milliseconds{0};
  return std::chrono::duration_cast<model::Milliseconds>(std::chrono::seconds(used.tv_sec) + std::chrono::nanoseconds(used.tv_nsec));
}

bool WorkerProcess::is_alive() {
  reap(WNOHANG);
  return !is_reaped_;
}

void WorkerProcess::kill() {
  if (!is_reaped_) (void)::kill(id_, SIGKILL);
}

int WorkerProcess::end_signal() {
  reap(0);
  return WIFSIGNALED(status_) ? WTERMSIG(status_) : 0;
}

void WorkerProcess::reap(int options) {
  if (is_reaped_) return;
  pid_t ended = 0;
  do ended = ::waitpid(id_, &status_, options);
  while (ended < 0 && errno == EINTR);
  is_reaped_ = ended != 0;
}

}  // namespace valetkey::adapters::javascriptcore
