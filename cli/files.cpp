#include "cli/files.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <system_error>

namespace valetkey::cli {
namespace {

constexpr std::size_t kLongest = std::size_t{8} * 1024 * 1024;

std::string reason() { return std::generic_category().message(errno); }

std::unexpected<Failure> cannot(std::string_view what, const std::string& path) {
  return fail(kUsage, fmt::format("{} {}: {}", what, path == "-" ? "standard input" : path, reason()));
}

/// Closes what it holds.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ > STDERR_FILENO) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int get() const { return number_; }

 private:
  int number_;
};

Outcome<std::string> read_all(int file, const std::string& path) {
  std::string out;
  for (;;) {
    constexpr std::size_t kPiece = 64 * 1024;
    const auto size = out.size();
    out.resize(size + kPiece);
    const auto got = ::read(file, out.data() + size, kPiece);
    if (got < 0 && errno == EINTR) {
      out.resize(size);
      continue;
    }
    if (got < 0) return cannot("read", path);
    out.resize(size + static_cast<std::size_t>(got));
    if (got == 0) return out;
    if (out.size() > kLongest) return fail(kUsage, fmt::format("read {}: it is longer than 8 MiB", path));
  }
}

Outcome<void> write_all(int file, std::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    const auto put = ::write(file, bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return cannot("write", path);
    bytes.remove_prefix(static_cast<std::size_t>(put));
  }
  if (::fsync(file) != 0) return cannot("write", path);
  return {};
}

}  // namespace

Outcome<std::string> read_file(const std::string& path) {
  if (path == "-") return read_all(STDIN_FILENO, path);
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) return cannot("read", path);
  return read_all(file.get(), path);
}

Outcome<model::Secret> read_secret(const std::string& path) {
  auto bytes = read_file(path);
  if (!bytes) return fail(std::move(bytes.error()));
  const auto where = path == "-" ? std::string("standard input") : path;
  std::size_t end = bytes->size();
  while (end > 0 && ((*bytes)[end - 1] == '\n' || (*bytes)[end - 1] == '\r')) --end;
  model::Secret secret(bytes->substr(0, end));
  model::Secret::wipe(*bytes);
  if (secret.empty()) return fail(kUsage, fmt::format("read a secret from {}: there is nothing in it", where));
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  if (std::ranges::any_of(secret.reveal(), is_control))
    return fail(kUsage, fmt::format("read a secret from {}: it holds control characters or more than one line", where));
  return secret;
}

bool file_exists(const std::string& path) {
  struct stat facts{};
  return ::stat(path.c_str(), &facts) == 0;
}

Outcome<std::string> read_private_file(const std::string& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (file.get() < 0) return cannot("read", path);
  struct stat facts{};
  if (::fstat(file.get(), &facts) != 0) return cannot("read", path);
  if (!S_ISREG(facts.st_mode)) return fail(kUsage, fmt::format("read {}: it is not a regular file", path));
  if (facts.st_uid != ::geteuid()) return fail(kUsage, fmt::format("read {}: it belongs to another user", path));
  if ((facts.st_mode & 077U) != 0)
    return fail(kUsage,
                fmt::format("read {}: its mode is {:04o}, so that others may read or change the keys in it", path, facts.st_mode & 07777U),
                fmt::format("chmod 0600 {}, and make new keys if somebody may have read it", path));
  return read_all(file.get(), path);
}

Outcome<void> write_private_file(const std::string& path, std::string_view bytes) {
  const auto folder = std::filesystem::path(path).parent_path();
  const auto old_mask = ::umask(077);
  std::error_code failed;
  std::filesystem::create_directories(folder, failed);
  ::umask(old_mask);
  if (failed) return fail(kUsage, fmt::format("make {}: {}", folder.string(), failed.message()));

  std::string fresh = path + ".XXXXXX";  // mkostemp makes it with mode 0600
  const Descriptor file(::mkostemp(fresh.data(), O_CLOEXEC));
  if (file.get() < 0) return cannot("write", path);
  if (auto written = write_all(file.get(), bytes, path); !written) {
    ::unlink(fresh.c_str());
    return written;
  }
  if (::rename(fresh.c_str(), path.c_str()) == 0) return {};
  auto wrong = cannot("write", path);
  ::unlink(fresh.c_str());
  return wrong;
}

}  // namespace valetkey::cli
