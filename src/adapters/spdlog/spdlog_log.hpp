#pragma once
#include <memory>
#include <optional>
#include <string_view>

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

/// One JSON object a line: time (RFC 3339), level, message, then the fields. Thread safe; written when write() returns.
class SpdlogLog final : public ports::Log {
 public:
  /// Lines below `least` are dropped. To standard error.
  explicit SpdlogLog(ports::LogLevel least);
  SpdlogLog(ports::LogLevel least, std::shared_ptr<::spdlog::sinks::sink> sink);
  ~SpdlogLog() override;
  SpdlogLog(const SpdlogLog&) = delete;
  SpdlogLog& operator=(const SpdlogLog&) = delete;

  void write(ports::LogLevel level, std::string_view message, std::initializer_list<ports::LogField> fields) override;

 private:
  std::unique_ptr<::spdlog::logger> logger_;
};

}  // namespace valetkey::adapters::spdlog
