#include "cli/loopback.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <list>
#include <system_error>

#include "cli/visit.hpp"

namespace valetkey::cli {
namespace {

constexpr std::size_t kMostVisitors = 16;  ///< browsers open connections ahead and say nothing on them
constexpr std::size_t kLongestHead = 16 * 1024;

class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int get() const { return number_; }

 private:
  int number_ = -1;
};

struct Visitor {
  Descriptor socket;
  std::string head;
};

sockaddr_storage socket_address(const std::string& address, std::uint16_t port, socklen_t& size) {
  sockaddr_storage out{};
  if (address == "::1") {
    sockaddr_in6 six{};
    six.sin6_family = AF_INET6;
    six.sin6_port = htons(port);
    six.sin6_addr = in6addr_loopback;
    std::memcpy(&out, &six, size = sizeof six);
  } else {
    sockaddr_in four{};
    four.sin_family = AF_INET;
    four.sin_port = htons(port);
    four.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    std::memcpy(&out, &four, size = sizeof four);
  }
  return out;
}

std::uint16_t port_of(int socket) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) != 0) return 0;
  if (address.ss_family == AF_INET6) return ntohs(reinterpret_cast<const sockaddr_in6*>(&address)->sin6_port);
  return ntohs(reinterpret_cast<const sockaddr_in*>(&address)->sin_port);
}

void send_all(int socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

}  // namespace

struct Loopback::State {
  Descriptor listener;
  Descriptor signals;
  Descriptor timer;
  sigset_t mask_before{};
  bool is_interrupted = false;  ///< the signal is still pending: it must not end the process before that is told
  std::string host;  ///< what a browser writes into Host
  std::list<Visitor> visitors;
  Descriptor answered;

  void accept() {
    Descriptor socket(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (socket.get() < 0) return;
    if (visitors.size() == kMostVisitors) visitors.pop_front();
    visitors.push_back({std::move(socket), {}});
  }

  /// The query, when this visitor brought what is waited for; it is gone from the list then, and when it ended.
  std::optional<Query> hear(std::list<Visitor>::iterator visitor, const Expected& expected) {
    std::array<char, 4096> piece{};
    const auto got = ::recv(visitor->socket.get(), piece.data(), piece.size(), 0);
    if (got > 0) visitor->head.append(piece.data(), static_cast<std::size_t>(got));
    if (got > 0 && !visitor->head.contains("\r\n\r\n") && visitor->head.size() <= kLongestHead) return std::nullopt;
    auto query = got > 0 ? visit_of(visitor->head, expected) : std::nullopt;
    if (query) answered = std::move(visitor->socket);
    else if (got > 0) send_all(visitor->socket.get(), page_bytes(404, "Not here", "This address is for one visit of one browser."));
    visitors.erase(visitor);
    return query;
  }
};

Loopback::Loopback(std::unique_ptr<State> state) : state_(std::move(state)) {}
Loopback::Loopback(Loopback&&) noexcept = default;
Loopback::~Loopback() {
  if (state_ && !state_->is_interrupted) ::pthread_sigmask(SIG_SETMASK, &state_->mask_before, nullptr);
}

Outcome<Loopback> Loopback::listen(const std::string& address, std::uint16_t port) {
  auto state = std::make_unique<State>();
  socklen_t size = 0;
  const auto where = socket_address(address, port, size);
  state->listener = Descriptor(::socket(where.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const int listener = state->listener.get();
  const int yes = 1;
  const bool is_listening = listener >= 0 && ::setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) == 0 &&
                            ::bind(listener, reinterpret_cast<const sockaddr*>(&where), size) == 0 && ::listen(listener, 16) == 0;
  if (!is_listening)
    return fail(kUsage, fmt::format("listen on {} port {} for the browser: {}", address, port, std::generic_category().message(errno)));
  const auto host = address == "::1" ? std::string("[::1]") : address;
  const auto number = port_of(listener);
  state->host = number == 80 ? host : fmt::format("{}:{}", host, number);
  sigset_t ends;
  ::sigemptyset(&ends);
  ::sigaddset(&ends, SIGINT);
  ::sigaddset(&ends, SIGTERM);
  ::pthread_sigmask(SIG_BLOCK, &ends, &state->mask_before);
  state->signals = Descriptor(::signalfd(-1, &ends, SFD_CLOEXEC));
  state->timer = Descriptor(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC));
  return Loopback(std::move(state));
}

std::uint16_t Loopback::port() const { return port_of(state_->listener.get()); }

Outcome<Loopback::Query> Loopback::wait(const std::string& path, const std::string& session, int seconds) {
  auto& state = *state_;
  const itimerspec deadline{.it_interval = {}, .it_value = {.tv_sec = seconds, .tv_nsec = 0}};
  ::timerfd_settime(state.timer.get(), 0, &deadline, nullptr);
  const Expected expected{.host = state.host, .path = path, .session = session};
  for (;;) {
    std::vector<pollfd> watched;
    for (const int each : {state.signals.get(), state.timer.get(), state.listener.get()}) watched.push_back({each, POLLIN, 0});
    for (const auto& visitor : state.visitors) watched.push_back({visitor.socket.get(), POLLIN, 0});
    if (::poll(watched.data(), watched.size(), -1) < 0 && errno != EINTR)
      return fail(kRefused, fmt::format("wait for the browser: {}", std::generic_category().message(errno)));
    if (watched[0].revents != 0) {
      state.is_interrupted = true;
      return fail(kInterrupted, "interrupted");
    }
    if (watched[1].revents != 0) return fail(kLater, fmt::format("nobody came back from the browser within {} s", seconds));
    auto next = state.visitors.begin();
    for (std::size_t i = 3; i < watched.size(); ++i) {
      const auto visitor = next++;
      if (watched[i].revents == 0) continue;
      if (auto query = state.hear(visitor, expected)) return std::move(*query);
    }
    if (watched[2].revents != 0) state.accept();
  }
}

void Loopback::answer(const std::string& title, const std::string& text) {
  send_all(state_->answered.get(), page_bytes(200, title, text));
  ::shutdown(state_->answered.get(), SHUT_WR);
  state_->answered = Descriptor();
}

}  // namespace valetkey::cli
