#include "support/scripted_server.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <stdexcept>

namespace valetkey::test {
namespace {

/// Head and, if it tells how it ends, body are there.
bool is_whole(std::string_view request) {
  const auto head = request.find("\r\n\r\n");
  if (head == std::string_view::npos) return false;
  if (request.substr(0, head).find("Transfer-Encoding: chunked") != std::string_view::npos) return request.ends_with("0\r\n\r\n");
  constexpr std::string_view kLength = "Content-Length: ";
  const auto length = request.substr(0, head).find(kLength);
  const auto body = length == std::string_view::npos ? 0 : std::strtoul(request.data() + length + kLength.size(), nullptr, 10);
  return request.size() >= head + 4 + body;
}

void signal(const int (&pipe)[2]) { (void)!::write(pipe[1], "x", 1); }

}  // namespace

ScriptedServer::ScriptedServer(std::vector<Script> scripts) : scripts_(std::move(scripts)) {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  sockaddr_in address{.sin_family = AF_INET, .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}};
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (::bind(listener_, generic, size) != 0 || ::listen(listener_, 64) != 0 || ::getsockname(listener_, generic, &size) != 0 ||
      ::pipe2(stop_, O_CLOEXEC) != 0 || ::pipe2(release_, O_CLOEXEC) != 0)
    throw std::runtime_error("the scripted server cannot listen");
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread([this] { accept_all(); });
}

ScriptedServer::~ScriptedServer() {
  (void)finish();
  for (const int fd : {listener_, stop_[0], stop_[1], release_[0], release_[1]}) ::close(fd);
}

std::string ScriptedServer::url(const std::string& path) const { return fmt::format("http://127.0.0.1:{}{}", port_, path); }

void ScriptedServer::release() { signal(release_); }

void ScriptedServer::wait_for_requests(std::size_t count) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return requests_ >= count; });
}

std::vector<std::string> ScriptedServer::finish() {
  release();
  signal(stop_);
  if (acceptor_.joinable()) acceptor_.join();
  for (auto& connection : connections_) connection.join();
  connections_.clear();
  std::vector<std::string> received;
  received.reserve(received_.size());
  for (const auto& [index, bytes] : received_) received.push_back(bytes);
  return received;
}

void ScriptedServer::accept_all() {
  for (std::size_t index = 0;;) {
    std::array<pollfd, 2> ready{pollfd{.fd = listener_, .events = POLLIN}, pollfd{.fd = stop_[0], .events = POLLIN}};
    ::poll(ready.data(), ready.size(), -1);
    for (int socket = 0; (socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC)) >= 0; ++index) {
      {
        const std::lock_guard lock(mutex_);
        received_[index];
      }
      connections_.emplace_back([this, index, socket] { serve(index, socket); });
    }
    if (ready[1].revents != 0) return;
  }
}

void ScriptedServer::serve(std::size_t index, int socket) {
  play(index, socket);
  ::close(socket);
}

void ScriptedServer::play(std::size_t index, int socket) {
  for (const auto& step : scripts_[std::min(index, scripts_.size() - 1)]) {
    if (std::holds_alternative<ReadRequest>(step)) {
      read_request(index, socket);
    } else if (const auto* reply = std::get_if<Reply>(&step)) {
      for (std::string_view rest = reply->bytes; !rest.empty();) {
        const auto sent = ::send(socket, rest.data(), rest.size(), MSG_NOSIGNAL);
        if (sent <= 0) return;
        rest.remove_prefix(static_cast<std::size_t>(sent));
      }
    } else if (std::holds_alternative<Reset>(step)) {
      const linger at_once{.l_onoff = 1, .l_linger = 0};
      ::setsockopt(socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
      return;
    } else {
      stall(socket);
    }
  }
}

void ScriptedServer::read_request(std::size_t index, int socket) {
  std::string bytes;
  std::array<char, 4096> chunk;
  while (!is_whole(bytes)) {
    const auto count = ::recv(socket, chunk.data(), chunk.size(), 0);
    if (count <= 0) break;
    bytes.append(chunk.data(), static_cast<std::size_t>(count));
  }
  const std::lock_guard lock(mutex_);
  received_[index] += bytes;
  ++requests_;
  changed_.notify_all();
}

void ScriptedServer::stall(int socket) {
  std::array<pollfd, 2> ready{pollfd{.fd = release_[0], .events = POLLIN}, pollfd{.fd = socket, .events = POLLRDHUP}};
  ::poll(ready.data(), ready.size(), -1);
}

}  // namespace valetkey::test
