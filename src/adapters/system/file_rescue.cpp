#include "adapters/system/file_rescue.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "adapters/system/durable_file.hpp"
#include "ports/completion.hpp"

namespace valetkey::adapters::system {
namespace {

using model::Result;
using Records = std::vector<std::pair<std::string, std::string>>;

constexpr std::string_view kSuffix = ".rescue";

Result<void> check_name(std::string_view name) {
  constexpr std::string_view kAccepted = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
  if (!name.empty() && name.size() <= 128 && name.find_first_not_of(kAccepted) == std::string_view::npos) return {};
  return model::fail(model::Code::kInvalidInput, "name a rescue record: only letters, digits, _ and -, at most 128");
}

std::string file_name(const std::string& name) { return name + std::string(kSuffix); }

Result<Records> read_all(const std::string& directory) {
  Records records;
  std::error_code error;
  std::filesystem::directory_iterator entry(directory, error);
  if (error == std::errc::no_such_file_or_directory) return records;
  for (; !error && entry != std::filesystem::directory_iterator{}; entry.increment(error)) {
    auto name = entry->path().filename().string();
    if (!name.ends_with(kSuffix)) continue;  // a write that never answered leaves a .tmp
    auto bytes = read_file(entry->path());
    if (!bytes) return model::fail(std::move(bytes.error()));
    name.resize(name.size() - kSuffix.size());
    records.emplace_back(std::move(name), std::move(*bytes));
  }
  if (error) return model::fail(model::Code::kStoreUnavailable, fmt::format("list the rescue records: {}", error.message()));
  std::ranges::sort(records);
  return records;
}

/// Runs `job` on the pool's thread; the caller resumes on its own executor.
template <class Job, class Answer = std::invoke_result_t<Job>>
ports::Task<Answer> run_on(boost::asio::thread_pool& pool, Job job) {
  auto start = [&pool, &job](ports::Completion<Answer> done) {
    boost::asio::post(pool, [job = std::move(job), done = std::move(done)]() mutable { done(job()); });
  };
  co_return co_await ports::completed_by<Answer>(std::move(start));
}

}  // namespace

ports::Answer<void> FileRescue::keep(std::string name, std::string sealed) {
  if (auto named = check_name(name); !named) co_return named;
  co_return co_await run_on(writer_, [this, name = std::move(name), sealed = std::move(sealed)]() -> Result<void> {
    if (auto made = make_directory(directory_); !made) return made;
    return write_durably(directory_, file_name(name), sealed);
  });
}

ports::Answer<Records> FileRescue::all() {
  co_return co_await run_on(writer_, [this] { return read_all(directory_); });
}

ports::Answer<void> FileRescue::drop(std::string name) {
  if (auto named = check_name(name); !named) co_return named;
  co_return co_await run_on(writer_, [this, name = std::move(name)] { return remove_durably(directory_, file_name(name)); });
}

}  // namespace valetkey::adapters::system
