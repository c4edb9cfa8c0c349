#include "adapters/spdlog/spdlog_log.hpp"

#include <spdlog/formatter.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <utility>

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

/// Bytes of the UTF-8 sequence at the start of `text`, 0 if it is none (RFC 3629).
std::size_t sequence_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const std::size_t length = byte(0) < 0x80 ? 1 : byte(0) < 0xc2 ? 0 : byte(0) < 0xe0 ? 2 : byte(0) < 0xf0 ? 3 : byte(0) < 0xf5 ? 4 : 0;
  if (length > text.size()) return 0;
  for (std::size_t i = 1; i < length; ++i)
    if ((byte(i) & 0xc0) != 0x80) return 0;
  const bool is_wrong = length > 2 && ((byte(0) == 0xe0 && byte(1) < 0xa0) || (byte(0) == 0xed && byte(1) > 0x9f) ||
                                       (byte(0) == 0xf0 && byte(1) < 0x90) || (byte(0) == 0xf4 && byte(1) > 0x8f));
  return is_wrong ? 0 : length;
}

/// A line must stay JSON whatever a field holds: a byte that is not UTF-8 becomes `?`.
std::string as_utf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const auto length = sequence_length(text);
    if (length == 0) out += '?';
    else out += text.substr(0, length);
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return out;
}

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
  line.emplace("message", as_utf8(message));
  for (const auto& [name, value] : fields) line.emplace(name, as_utf8(value));
  const auto text = boost::json::serialize(line);
  logger_->log(severity, ::spdlog::string_view_t(text.data() + 1, text.size() - 1));
}

}  // namespace valetkey::adapters::spdlog
