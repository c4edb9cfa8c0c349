#pragma once
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace valetkey::ports {

enum class LogLevel { kDebug, kInfo, kWarning, kError };

/// Name and value; the value outlives the call.
using LogField = std::pair<std::string_view, std::string_view>;

/// One line of structured log. Never a secret, a path or a query (S22): route templates, ids and codes.
class Log {
 public:
  virtual ~Log() = default;
  virtual void write(LogLevel level, std::string_view message, std::initializer_list<LogField> fields) = 0;
  /// The same for what every request leaves: is written a moment later, with others; a crash before that loses it.
  virtual void write_soon(LogLevel level, std::string_view message, std::initializer_list<LogField> fields) = 0;
};

}  // namespace valetkey::ports
