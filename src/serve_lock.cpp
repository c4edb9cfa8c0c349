#include "serve_lock.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

namespace valetkey {
namespace {

namespace fs = std::filesystem;
using model::Code;

std::string lock_path(const std::string& data_dir) { return (fs::path(data_dir) / "serve.lock").string(); }

/// Of the open file, not of the process: a second start in this process is refused, too, and asking does not take.
struct flock whole_file() { return {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 0, .l_len = 0, .l_pid = 0}; }

/// For the owner alone from its first moment.
std::error_code make_directory(const fs::path& directory) {
  std::error_code error;
  const auto path = fs::absolute(directory).lexically_normal();
  fs::create_directories((path.has_filename() ? path : path.parent_path()).parent_path(), error);
  if (!error && ::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) error = {errno, std::generic_category()};
  return error;
}

std::unexpected<model::Error> failed(const std::string& path, int code) {
  return model::fail(Code::kStoreUnavailable, fmt::format("lock {}: {}", path, std::generic_category().message(code)));
}

}  // namespace

model::Result<std::unique_ptr<ServeLock>> ServeLock::take(const std::string& data_dir) {
  if (const auto error = make_directory(data_dir)) return failed(data_dir, error.value());
  const auto path = lock_path(data_dir);
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (file < 0) return failed(path, errno);
  std::unique_ptr<ServeLock> lock(new ServeLock(file));
  auto wanted = whole_file();
  if (::fcntl(file, F_OFD_SETLK, &wanted) == 0) return lock;
  if (errno != EAGAIN && errno != EACCES) return failed(path, errno);
  return model::fail(Code::kConflict, fmt::format("serve from {}: another valetkey serves from it already (it holds {})", data_dir, path));
}

bool ServeLock::is_taken(const std::string& data_dir) {
  const int file = ::open(lock_path(data_dir).c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return false;
  auto asked = whole_file();
  const bool is_known = ::fcntl(file, F_OFD_GETLK, &asked) == 0;
  ::close(file);
  return is_known && asked.l_type != F_UNLCK;
}

ServeLock::~ServeLock() { ::close(file_); }

}  // namespace valetkey
