#include "adapters/spdlog/spdlog_log.hpp"

#include <spdlog/formatter.h>
#include <spdlog/logger.h>
#include <unistd.h>

#include <chrono>
#include <utility>

#include "adapters/spdlog/held_lines.hpp"
#include "model/encoding.hpp"
#include "model/time.hpp"

namespace valetkey::adapters::spdlog {
namespace {

using ports::LogLevel;

constexpr std::chrono::milliseconds kHeldFor{200};
constexpr std::size_t kTimeOfSecond = std::string_view("2026-01-01T00:00:00").size();
constexpr std::pair<LogLevel, std::string_view> kLevels[] = {
    {LogLevel::kDebug, "debug"}, {LogLevel::kInfo, "info"}, {LogLevel::kWarning, "warning"}, {LogLevel::kError, "error"}};

::spdlog::level::level_enum theirs(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug: return ::spdlog::level::debug;
    case LogLevel::kInfo: return ::spdlog::level::info;
    case LogLevel::kWarning: return ::spdlog::level::warn;
    case LogLevel::kError: return ::spdlog::level::err;
  }
  std::unreachable();
}

/// Puts the time in front of the members that add() has made. Used by one thread at a time, under the lock of the sink.
class JsonLine final : public ::spdlog::formatter {
 public:
  void format(const ::spdlog::details::log_msg& message, ::spdlog::memory_buf_t& line) override {
    const auto time = std::chrono::floor<model::Milliseconds>(message.time);
    if (const auto second = std::chrono::floor<model::Seconds>(time); second != second_ || text_.empty()) {
      second_ = second;
      text_ = R"({"time":")" + model::to_rfc3339(time).substr(0, kTimeOfSecond) + ".000Z\",";
    }
    const auto fraction = static_cast<unsigned>((time - second_).count());
    char* const digits = text_.data() + text_.size() - std::string_view("000Z\",").size();
    digits[0] = static_cast<char>('0' + fraction / 100);
    digits[1] = static_cast<char>('0' + fraction / 10 % 10);
    digits[2] = static_cast<char>('0' + fraction % 10);
    line.append(text_.data(), text_.data() + text_.size());
    line.append(message.payload.data(), message.payload.data() + message.payload.size());
  }
  [[nodiscard]] std::unique_ptr<formatter> clone() const override { return std::make_unique<JsonLine>(); }

 private:
  std::chrono::sys_seconds second_{};  ///< text_ is of this one
  std::string text_;
};

}  // namespace

std::optional<LogLevel> level_named(std::string_view name) {
  for (const auto& [level, text] : kLevels)
    if (text == name) return level;
  return std::nullopt;
}

SpdlogLog::SpdlogLog(LogLevel least) : SpdlogLog(least, std::make_shared<HeldLines>(STDERR_FILENO)) {}

SpdlogLog::SpdlogLog(LogLevel least, std::shared_ptr<::spdlog::sinks::sink> sink)
    : logger_(std::make_unique<::spdlog::logger>("valetkey", std::move(sink))) {
  logger_->set_level(theirs(least));
  logger_->set_formatter(std::make_unique<JsonLine>());
  flusher_ = std::jthread([this](const std::stop_token& stop) { flush_now_and_then(stop); });
}

SpdlogLog::~SpdlogLog() {
  flusher_.request_stop();
  flusher_.join();
  logger_->flush();
}

void SpdlogLog::write(LogLevel level, std::string_view message, std::initializer_list<ports::LogField> fields) {
  if (add(level, message, fields)) logger_->flush();
}

void SpdlogLog::write_soon(LogLevel level, std::string_view message, std::initializer_list<ports::LogField> fields) {
  add(level, message, fields);
}

bool SpdlogLog::add(LogLevel level, std::string_view message, std::initializer_list<ports::LogField> fields) {
  const auto severity = theirs(level);
  if (!logger_->should_log(severity)) return false;
  thread_local std::string line;
  line = R"("level":)";
  model::append_json_string(line, kLevels[static_cast<std::size_t>(level)].second);
  line += R"(,"message":)";
  // A line must stay JSON whatever a field holds.
  model::append_json_string(line, message);
  for (const auto& [name, value] : fields) {
    line += ',';
    model::append_json_string(line, name);
    line += ':';
    model::append_json_string(line, value);
  }
  line += "}\n";
  logger_->log(severity, ::spdlog::string_view_t(line.data(), line.size()));
  return true;
}

void SpdlogLog::flush_now_and_then(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    ending_.wait_for(lock, stop, kHeldFor, [] { return false; });
    logger_->flush();
  }
}

}  // namespace valetkey::adapters::spdlog
