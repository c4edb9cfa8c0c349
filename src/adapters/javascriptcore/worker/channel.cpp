#include "adapters/javascriptcore/worker/channel.hpp"

#include <sys/socket.h>

#include <cerrno>

namespace valetkey::adapters::javascriptcore::worker {
namespace {

bool read_whole(std::string& bytes) {
  std::size_t got = 0;
  while (got < bytes.size()) {
    const auto now = ::recv(kChannel, bytes.data() + got, bytes.size() - got, 0);
    if (now == 0 || (now < 0 && errno != EINTR)) return false;
    if (now > 0) got += static_cast<std::size_t>(now);
  }
  return true;
}

}  // namespace

std::optional<Frame> read_frame() {
  std::string bytes(kFrameHead, '\0');
  if (!read_whole(bytes)) return std::nullopt;
  const auto head = decoded_head(bytes);
  if (!head) return std::nullopt;
  bytes.resize(head->length);
  if (!read_whole(bytes)) return std::nullopt;
  return decoded(head->kind, bytes);
}

bool write_frame(const Frame& frame) {
  const auto bytes = encoded(frame);
  if (!bytes) return false;
  std::size_t sent = 0;
  while (sent < bytes->size()) {
    const auto now = ::send(kChannel, bytes->data() + sent, bytes->size() - sent, MSG_NOSIGNAL);
    if (now < 0 && errno != EINTR) return false;
    if (now > 0) sent += static_cast<std::size_t>(now);
  }
  return true;
}

}  // namespace valetkey::adapters::javascriptcore::worker
