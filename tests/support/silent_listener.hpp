#pragma once
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <stdexcept>
#include <utility>
#include <vector>

namespace valetkey::test {

/// A loopback port on which connections succeed, are never accepted, and take only what the system buffers. Or, `is_full`: on which
/// they do not even succeed.
class SilentListener {
 public:
  explicit SilentListener(bool is_full = false) : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    constexpr int kBuffered = 32 * 1024;  // so that little has to be sent before a sender waits
    ::setsockopt(listener_, SOL_SOCKET, SO_RCVBUF, &kBuffered, sizeof kBuffered);
    auto* generic = reinterpret_cast<sockaddr*>(&address_);
    socklen_t size = sizeof address_;
    if (::bind(listener_, generic, size) != 0 || ::listen(listener_, is_full ? 0 : 1024) != 0 ||
        ::getsockname(listener_, generic, &size) != 0)
      throw std::runtime_error("the silent listener cannot listen");
    // A backlog of 0 holds one connection: with more than that, the system drops what asks for another.
    for (int i = 0; is_full && i < 3; ++i) {
      const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
      (void)::connect(socket, generic, sizeof address_);
      fillers_.push_back(socket);
    }
  }
  ~SilentListener() {
    for (const int socket : fillers_) ::close(socket);
    ::close(listener_);
  }
  SilentListener(const SilentListener&) = delete;
  SilentListener& operator=(const SilentListener&) = delete;

  [[nodiscard]] std::uint16_t port() const { return ntohs(address_.sin_port); }
  [[nodiscard]] int descriptor() const { return listener_; }

 private:
  sockaddr_in address_{.sin_family = AF_INET, .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}};
  int listener_;
  std::vector<int> fillers_;
};

}  // namespace valetkey::test
