#include "adapters/root_key/root_key_source.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>

namespace valetkey::adapters::root_key {
namespace {

namespace fs = std::filesystem;
using model::Code;

constexpr std::size_t kLongestFile = 64 * 1024;

struct File {
  explicit File(int descriptor) : fd(descriptor) {}
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() {
    if (fd >= 0) ::close(fd);
  }
  int fd;
};

std::string reason() { return std::generic_category().message(errno); }

std::unexpected<model::Error> failed(std::string_view doing, const fs::path& path, std::string_view why) {
  return model::fail(Code::kKeyUnavailable, fmt::format("{} {}: {}", doing, path.string(), why));
}

/// The whole content, or empty with errno set.
std::optional<model::Secret> content_of(int fd) {
  std::string buffer(kLongestFile, '\0');
  std::size_t size = 0;
  for (;;) {
    const auto got = ::read(fd, buffer.data() + size, buffer.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got > 0) size += static_cast<std::size_t>(got);
    if (got > 0 && size < buffer.size()) continue;
    if (got >= 0) {
      model::Secret text(buffer.substr(0, size));
      model::Secret::wipe(buffer);
      return text;
    }
    model::Secret::wipe(buffer);
    return std::nullopt;
  }
}

bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const auto put = ::write(fd, text.data(), text.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return false;
    text.remove_prefix(static_cast<std::size_t>(put));
  }
  return true;
}

bool sync_folder(const fs::path& folder) {
  const File opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return opened.fd >= 0 && ::fsync(opened.fd) == 0;
}

/// Links and `..` resolved, so that neither hides where the key would really lie.
fs::path real(const fs::path& path) {
  std::error_code error;
  auto resolved = fs::weakly_canonical(fs::absolute(path), error);
  if (error) resolved = fs::absolute(path).lexically_normal();
  return resolved.has_filename() ? resolved : resolved.parent_path();
}

bool is_inside(const fs::path& path, const fs::path& folder) {
  const auto inner = real(path);
  const auto outer = real(folder);
  return std::ranges::mismatch(outer, inner).in1 == outer.end();
}

/// Makes what is missing of the folder, for the owner alone.
std::error_code make_folder(const fs::path& folder) {
  std::error_code error;
  if (fs::create_directories(folder, error)) fs::permissions(folder, fs::perms::owner_all, error);
  return error;
}

}  // namespace

model::Result<std::vector<model::Secret>> root_keys_from_file(const fs::path& path) {
  constexpr std::string_view kReading = "read root key file";
  const File file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (file.fd < 0 && errno == ENOENT) return model::fail(Code::kNotFound, fmt::format("{} {}: there is none", kReading, path.string()));
  if (file.fd < 0) return failed(kReading, path, reason());
  // The mode of what was opened, not of the name: a link may point elsewhere a moment later.
  struct stat facts{};
  if (::fstat(file.fd, &facts) != 0) return failed(kReading, path, reason());
  if (!S_ISREG(facts.st_mode)) return failed(kReading, path, "it is not a regular file");
  const auto mode = facts.st_mode & 07777U;
  if (mode != 0600 && mode != 0400)
    return failed(kReading, path,
                  fmt::format("its mode is {:04o}, so that others may read or change it; run chmod 0600 {}", mode, path.string()));
  if (std::cmp_greater_equal(facts.st_size, kLongestFile)) return failed(kReading, path, "it is longer than a list of root keys can be");
  const auto text = content_of(file.fd);
  if (!text) return failed(kReading, path, reason());
  return parse_root_keys(text->reveal(), '\n', fmt::format("root key file {}", path.string()), "line");
}

model::Result<std::vector<model::Secret>> create_root_key(const fs::path& path, const fs::path& data_dir, ports::Random& random,
                                                          InsideDataDir inside) {
  constexpr std::string_view kMaking = "make root key file";
  if (inside == InsideDataDir::kRefuse && is_inside(path, data_dir))
    return failed(kMaking, path,
                  fmt::format("it would lie inside the data directory {}, and whoever copies that would have key and data; "
                              "set root_key_file to a place outside",
                              data_dir.string()));
  const auto folder = fs::absolute(path).parent_path();
  if (const auto error = make_folder(folder)) return failed(kMaking, path, fmt::format("cannot make its folder: {}", error.message()));

  const File file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (file.fd < 0 && errno == EEXIST)
    return model::fail(Code::kConflict, fmt::format("{} {}: there is one already, and it is never overwritten", kMaking, path.string()));
  if (file.fd < 0) return failed(kMaking, path, reason());

  const auto key = new_root_key(random);
  std::string text = "# Valetkey root key: without it the store cannot be read. Keep a copy apart from every backup.\n";
  text.append(key.reveal()).append("\n");
  const bool is_kept = ::fchmod(file.fd, 0600) == 0 && write_all(file.fd, text) && ::fsync(file.fd) == 0 && sync_folder(folder) &&
                       sync_folder(folder.parent_path());
  const auto why = reason();
  model::Secret::wipe(text);
  if (!is_kept) {
    ::unlink(path.c_str());
    return failed(kMaking, path, why);
  }
  return root_keys_from_file(path);
}

}  // namespace valetkey::adapters::root_key
