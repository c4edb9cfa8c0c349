#include "adapters/javascriptcore/worker/sandbox.hpp"

#include <sched.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <initializer_list>

namespace valetkey::adapters::javascriptcore::worker {
namespace {

constexpr rlim_t kMemory = 32u << 20;  // bytes above what the engine holds when it is ready
constexpr rlim_t kOpenFiles = 16;

/// Bytes of address space, or 0.
rlim_t address_space() {
  unsigned long pages = 0;
  auto* file = std::fopen("/proc/self/statm", "r");
  if (file == nullptr) return 0;
  const auto read = std::fscanf(file, "%lu", &pages);  // NOLINT(cert-err34-c): the kernel's own number
  (void)std::fclose(file);
  return read == 1 ? static_cast<rlim_t>(pages) * static_cast<rlim_t>(::sysconf(_SC_PAGESIZE)) : 0;
}

bool limit(__rlimit_resource resource, rlim_t most) {
  const rlimit both{.rlim_cur = most, .rlim_max = most};
  return ::setrlimit(resource, &both) == 0;
}

std::string failed(const char* what) { return std::string("confine a script worker: ") + what + ": " + std::strerror(errno); }

std::string limit_resources() {
  const auto held = address_space();
  if (held == 0) return failed("read /proc/self/statm");
  if (!limit(RLIMIT_AS, held + kMemory)) return failed("limit the address space");
  if (!limit(RLIMIT_CORE, 0) || !limit(RLIMIT_FSIZE, 0) || !limit(RLIMIT_NOFILE, kOpenFiles)) return failed("limit files");
  return {};
}

std::string give_up_privileges() {
  if (::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0) return failed("die with the broker");
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return failed("no new privileges");
  if (::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) return failed("not dumpable");
  return {};
}

/// Threads of the collector and of the time limit are made and stopped as before; nothing else of the world is left.
constexpr std::array kAllowed{SCMP_SYS(recvfrom),        SCMP_SYS(sendto),         SCMP_SYS(read),
                              SCMP_SYS(write),           SCMP_SYS(close),          SCMP_SYS(munmap),
                              SCMP_SYS(mremap),          SCMP_SYS(madvise),        SCMP_SYS(brk),
                              SCMP_SYS(futex),           SCMP_SYS(clock_gettime),  SCMP_SYS(clock_getres),
                              SCMP_SYS(clock_nanosleep), SCMP_SYS(nanosleep),      SCMP_SYS(gettimeofday),
                              SCMP_SYS(getrusage),       SCMP_SYS(sched_yield),    SCMP_SYS(sched_getaffinity),
                              SCMP_SYS(rt_sigaction),    SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn),
                              SCMP_SYS(rt_sigsuspend),   SCMP_SYS(sigaltstack),    SCMP_SYS(getpid),
                              SCMP_SYS(gettid),          SCMP_SYS(exit),           SCMP_SYS(exit_group),
                              SCMP_SYS(set_robust_list), SCMP_SYS(rseq),           SCMP_SYS(getrandom),
                              SCMP_SYS(membarrier),      SCMP_SYS(poll),           SCMP_SYS(ppoll),
                              SCMP_SYS(restart_syscall)};

/// Nobody asks for these by mistake.
constexpr std::array kDeadly{SCMP_SYS(execve), SCMP_SYS(execveat), SCMP_SYS(socket), SCMP_SYS(connect), SCMP_SYS(ptrace),
                             SCMP_SYS(fork),   SCMP_SYS(vfork),    SCMP_SYS(kill),   SCMP_SYS(tkill)};

constexpr scmp_arg_cmp argument(unsigned index, scmp_compare comparison, scmp_datum_t a, scmp_datum_t b = 0) {
  return {.arg = index, .op = comparison, .datum_a = a, .datum_b = b};
}

bool add_rules(scmp_filter_ctx filter) {
  bool added = true;
  const auto add = [&](std::uint32_t action, int call, std::initializer_list<scmp_arg_cmp> arguments) {
    added = added && ::seccomp_rule_add_array(filter, action, call, static_cast<unsigned>(arguments.size()), arguments.begin()) == 0;
  };
  for (const int call : kAllowed) add(SCMP_ACT_ALLOW, call, {});
  for (const int call : kDeadly) add(SCMP_ACT_KILL_PROCESS, call, {});
  // Memory is never executable: there is no compiler in the engine, and nobody brings one.
  for (const int call : {SCMP_SYS(mmap), SCMP_SYS(mprotect)}) add(SCMP_ACT_ALLOW, call, {argument(2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)});
  // Threads, never processes. The arguments of clone3 cannot be seen by a filter; without it glibc asks for clone.
  add(SCMP_ACT_ALLOW, SCMP_SYS(clone), {argument(0, SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD)});
  add(SCMP_ACT_KILL_PROCESS, SCMP_SYS(clone), {argument(0, SCMP_CMP_MASKED_EQ, CLONE_THREAD, 0)});
  add(SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), {});
  // The collector stops threads of this process by signals.
  add(SCMP_ACT_ALLOW, SCMP_SYS(tgkill), {argument(0, SCMP_CMP_EQ, static_cast<scmp_datum_t>(::getpid()))});
  add(SCMP_ACT_ALLOW, SCMP_SYS(prctl), {argument(0, SCMP_CMP_EQ, PR_SET_NAME)});
  return added;
}

std::string filter_system_calls() {
  const scmp_filter_ctx filter = ::seccomp_init(SCMP_ACT_ERRNO(EPERM));
  if (filter == nullptr) return failed("make the filter of system calls");
  // All threads, also those that the engine has made.
  (void)::seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1);
  const bool loaded = add_rules(filter) && ::seccomp_load(filter) == 0;
  ::seccomp_release(filter);
  return loaded ? std::string() : failed("load the filter of system calls");
}

}  // namespace

std::string confine() {
  if (auto wrong = limit_resources(); !wrong.empty()) return wrong;
  if (auto wrong = give_up_privileges(); !wrong.empty()) return wrong;
  return filter_system_calls();
}

}  // namespace valetkey::adapters::javascriptcore::worker
