#include "adapters/system/durable_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <system_error>

namespace valetkey::adapters::system {
namespace {

using model::Code;
using model::fail;
using model::Result;

/// For the failed call that set errno.
std::unexpected<model::Error> refused(std::string_view doing, const std::string& path) {
  const auto reason = std::generic_category().message(errno);
  return fail(Code::kStoreUnavailable, fmt::format("{}: {}", doing, reason), model::LogOnly{fmt::format("{}: {}", path, reason)});
}

class Descriptor {
 public:
  Descriptor(const std::string& path, int flags) : fd_(::open(path.c_str(), flags | O_CLOEXEC, 0600)) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int get() const { return fd_; }
  [[nodiscard]] bool is_open() const { return fd_ >= 0; }

 private:
  int fd_;
};

bool write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

Result<void> sync_directory(const std::string& path) {
  const Descriptor directory(path, O_RDONLY | O_DIRECTORY);
  if (!directory.is_open() || ::fsync(directory.get()) != 0) return refused("sync a directory", path);
  return {};
}

bool write_synced(const std::string& path, std::string_view bytes) {
  const Descriptor file(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW);
  return file.is_open() && write_all(file.get(), bytes) && ::fsync(file.get()) == 0;
}

}  // namespace

Result<void> make_directory(const std::string& path) {
  if (::mkdir(path.c_str(), 0700) == 0) return sync_directory(path + "/..");
  if (errno != EEXIST) return refused("make a directory", path);
  return {};
}

Result<void> write_durably(const std::string& directory, const std::string& name, std::string_view bytes) {
  const auto path = directory + "/" + name;
  const auto temporary = path + ".tmp";
  if (!write_synced(temporary, bytes) || ::rename(temporary.c_str(), path.c_str()) != 0) {
    auto error = refused("write a file", path);
    ::unlink(temporary.c_str());
    return error;
  }
  return sync_directory(directory);
}

Result<void> remove_durably(const std::string& directory, const std::string& name) {
  const auto path = directory + "/" + name;
  if (::unlink(path.c_str()) == 0) return sync_directory(directory);
  if (errno != ENOENT) return refused("remove a file", path);
  return {};
}

Result<std::string> read_file(const std::string& path) {
  const Descriptor file(path, O_RDONLY | O_NOFOLLOW);
  if (!file.is_open()) return refused("read a file", path);
  std::string bytes;
  std::array<char, 8192> chunk;
  for (;;) {
    const auto count = ::read(file.get(), chunk.data(), chunk.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return refused("read a file", path);
    if (count == 0) return bytes;
    bytes.append(chunk.data(), static_cast<std::size_t>(count));
  }
}

}  // namespace valetkey::adapters::system
