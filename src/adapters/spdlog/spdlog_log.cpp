#include "adapters/spdlog/spdlog_log.hpp"

#include <spdlog/formatter.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <utility>

#include "model/encoding.hpp"
#include "model/time.hpp"

namespace valetkey::adapters::spdlog {
namespace {

using ports::LogLevel;

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

/// Puts the time in front of the members that write() has made.
class JsonLine final : public ::spdlog::formatter {
 public:
  void format(const ::spdlog::details::log_msg& message, ::spdlog::memory_buf_t& line) override {
    const auto time = model::to_rfc3339(std::chrono::floor<model::Milliseconds>(message.time));
    for (const std::string_view part : {std::string_view(R"({"time":")"), std::string_view(time), std::string_view(R"(",)"),
                                        std::string_view(message.payload.data(), message.payload.size()), std::string_view("\n")})
      line.append(part.data(), part.data() + part.size());
  }
  [[nodiscard]] std::unique_ptr<formatter> clone() const override { return std::make_unique<JsonLine>(); }
};

}  // namespace

std::optional<LogLevel> level_named(std::string_view name) {
  for (const auto& [level, text] : kLevels)
    if (text == name) return level;
  return std::nullopt;
}

SpdlogLog::SpdlogLog(LogLevel least) : SpdlogLog(least, std::make_shared<::spdlog::sinks::stderr_sink_mt>()) {}

SpdlogLog::SpdlogLog(LogLevel least, std::shared_ptr<::spdlog::sinks::sink> sink)
    : logger_(std::make_unique<::spdlog::logger>("valetkey", std::move(sink))) {
  logger_->set_level(theirs(least));
  logger_->set_formatter(std::make_unique<JsonLine>());
  logger_->flush_on(::spdlog::level::trace);
}

SpdlogLog::~SpdlogLog() = default;

void SpdlogLog::write(LogLevel level, std::string_view message, std::initializer_list<ports::LogField> fields) {
  const auto severity = theirs(level);
  if (!logger_->should_log(severity)) return;
  boost::json::object line;
  line.reserve(fields.size() + 2);
  line.emplace("level", std::string_view(kLevels[static_cast<std::size_t>(level)].second));
  // A line must stay JSON whatever a field holds.
  line.emplace("message", model::as_utf8(message));
  for (const auto& [name, value] : fields) line.emplace(name, model::as_utf8(value));
  const auto text = boost::json::serialize(line);
  logger_->log(severity, ::spdlog::string_view_t(text.data() + 1, text.size() - 1));
}

}  // namespace valetkey::adapters::spdlog
