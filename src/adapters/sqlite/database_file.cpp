#include "adapters/sqlite/database_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace valetkey::adapters::sqlite {

using model::Code;
using model::fail;

namespace {

std::unexpected<model::Error> failed(std::string_view doing, const std::filesystem::path& path, int code) {
  const auto reason = std::error_code(code, std::generic_category()).message();
  return fail(Code::kStoreUnavailable, fmt::format("{}: {}", doing, reason), {path.string()});
}

model::Result<void> make_directories(const std::filesystem::path& directory) {
  std::error_code error;
  if (directory.empty() || std::filesystem::is_directory(directory, error)) return {};
  if (auto above = make_directories(directory.parent_path()); !above) return above;
  if (::mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST) return failed("make the directory of the database", directory, errno);
  return {};
}

model::Result<void> sync_path(const std::filesystem::path& path, int flags) {
  const int file = ::open(path.c_str(), flags | O_CLOEXEC);
  if (file < 0) return failed("open a file to sync it", path, errno);
  const int code = ::fsync(file) == 0 ? 0 : errno;
  ::close(file);
  if (code != 0) return failed("sync a file", path, code);
  return {};
}

}  // namespace

model::Result<void> make_new_file(const std::filesystem::path& path) {
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (file >= 0) {
    ::close(file);
    return {};
  }
  if (errno == EEXIST) return fail(Code::kConflict, "make a file: there is one of this name", {path.string()});
  return failed("make a file", path, errno);
}

model::Result<void> make_database_file(const std::filesystem::path& path) {
  if (auto made = make_directories(path.parent_path()); !made) return made;
  auto made = make_new_file(path);
  if (made) return sync_file(path);
  if (made.error().code == Code::kConflict) return {};
  return made;
}

model::Result<void> sync_file(const std::filesystem::path& path) {
  if (auto synced = sync_path(path, O_RDONLY); !synced) return synced;
  const auto directory = path.parent_path();
  return sync_path(directory.empty() ? "." : directory, O_RDONLY | O_DIRECTORY);
}

}  // namespace valetkey::adapters::sqlite
