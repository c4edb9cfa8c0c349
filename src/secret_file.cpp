#include "secret_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace valetkey {
namespace {

constexpr std::size_t kLongest = 4096;

std::unexpected<model::Error> failed(const std::string& path, std::string_view why) {
  return model::fail(model::Code::kInvalidInput, fmt::format("read {}: {}", path, why));
}

model::Result<model::Secret> read_all(int file, const std::string& path) {
  struct stat facts{};
  if (::fstat(file, &facts) != 0) return failed(path, std::generic_category().message(errno));
  const auto mode = facts.st_mode & 07777U;
  if (!S_ISREG(facts.st_mode)) return failed(path, "it is not a regular file");
  if (mode != 0600 && mode != 0400)
    return failed(path, fmt::format("its mode is {:04o}, so that others may read or change it; run chmod 0600 {}", mode, path));
  std::string bytes(kLongest + 1, '\0');
  const auto got = ::read(file, bytes.data(), bytes.size());
  if (got < 0) return failed(path, std::generic_category().message(errno));
  auto end = static_cast<std::size_t>(got);
  const bool is_too_long = end > kLongest;
  while (end > 0 && (bytes[end - 1] == '\n' || bytes[end - 1] == '\r')) --end;
  model::Secret text(bytes.substr(0, end));
  model::Secret::wipe(bytes);
  if (is_too_long) return failed(path, "it is longer than 4096 bytes");
  if (text.empty()) return failed(path, "it is empty");
  return text;
}

}  // namespace

model::Result<model::Secret> secret_from_file(const std::string& path) {
  // Not blocking: a pipe of that name must not hang the start.
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0) return failed(path, std::generic_category().message(errno));
  auto text = read_all(file, path);
  ::close(file);
  return text;
}

}  // namespace valetkey
