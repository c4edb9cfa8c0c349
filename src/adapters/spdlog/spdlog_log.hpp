#pragma once
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <thread>

#include "ports/log.hpp"

namespace spdlog {
class logger;  // NOLINT(readability-identifier-naming): spdlog names it
namespace sinks {
class sink;  // NOLINT(readability-identifier-naming)
}
}  // namespace spdlog

namespace valetkey::adapters::spdlog {

/// `debug`, `info`, `warning` or `error`; nullopt for anything else.
std::optional<ports::LogLevel> level_named(std::string_view name);

/// One JSON object a line: time (RFC 3339), level, message, then the fields. Thread safe; written when write() returns, and
/// not later than kHeldFor after write_soon().
class SpdlogLog final : public ports::Log {
 public:
  /// Lines below `least` are dropped. To standard error.
  explicit SpdlogLog(ports::LogLevel least);
  SpdlogLog(ports::LogLevel least, std::shared_ptr<::spdlog::sinks::sink> sink);
  ~SpdlogLog() override;
  SpdlogLog(const SpdlogLog&) = delete;
  SpdlogLog& operator=(const SpdlogLog&) = delete;

  void write(ports::LogLevel level, std::string_view message, std::initializer_list<ports::LogField> fields) override;
  void write_soon(ports::LogLevel level, std::string_view message, std::initializer_list<ports::LogField> fields) override;

 private:
  /// False: dropped.
  bool add(ports::LogLevel level, std::string_view message, std::initializer_list<ports::LogField> fields);
  void flush_now_and_then(const std::stop_token& stop);

  std::unique_ptr<::spdlog::logger> logger_;
  std::mutex mutex_;
  std::condition_variable_any ending_;
  std::jthread flusher_;
};

}  // namespace valetkey::adapters::spdlog
