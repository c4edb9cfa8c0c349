#include <fcntl.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <csignal>
#include <cstring>

#include "adapters/javascriptcore/worker/sandbox.hpp"
#include "adapters/javascriptcore/worker/serve_calls.hpp"

namespace {

constexpr int kConfineFailed = 100;
constexpr int kUnknown = 101;

/// Does what no worker may do, confined like one: errno of the attempt, 0 where it succeeded.
int attempt(const char* what) {
  const auto is = [what](const char* name) { return std::strcmp(what, name) == 0; };
  const auto code = [](long result) { return result < 0 ? errno : 0; };
  constexpr std::size_t kPage = 4096;
  if (is("execve")) return code(::syscall(SYS_execve, "/bin/true", nullptr, nullptr));
  if (is("fork")) return code(::syscall(SYS_fork));
  if (is("clone")) return code(::syscall(SYS_clone, SIGCHLD, nullptr, nullptr, nullptr, nullptr));
  if (is("clone3")) return code(::syscall(SYS_clone3, nullptr, 0));
  if (is("socket")) return code(::syscall(SYS_socket, AF_INET, SOCK_STREAM, 0));
  if (is("connect")) return code(::syscall(SYS_connect, 3, nullptr, 0));
  if (is("ptrace")) return code(::syscall(SYS_ptrace, PTRACE_TRACEME, 0, nullptr, nullptr));
  if (is("kill")) return code(::syscall(SYS_kill, ::getpid(), 0));
  if (is("tgkill another")) return code(::syscall(SYS_tgkill, 1, 1, 0));
  if (is("open")) return code(::syscall(SYS_openat, AT_FDCWD, "/etc/passwd", O_RDONLY));
  if (is("mmap executable"))
    return ::mmap(nullptr, kPage, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED ? errno : 0;
  if (is("mprotect executable")) {
    void* page = ::mmap(nullptr, kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return code(::mprotect(page, kPage, PROT_READ | PROT_EXEC));
  }
  if (is("more memory"))
    return ::mmap(nullptr, 64u << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED ? errno : 0;
  if (is("nothing")) return 0;
  return kUnknown;
}

}  // namespace

/// A script worker of its own, built without sanitizers, whose shadow memory no limit of an address space admits. `attempt WHAT` shows
/// what the confinement does to a system call.
int main(int argc, char** argv) {
  using namespace valetkey::adapters::javascriptcore::worker;
  if (argc == 3 && std::strcmp(argv[1], "attempt") == 0) return confine().empty() ? attempt(argv[2]) : kConfineFailed;
  return serve_calls();
}
