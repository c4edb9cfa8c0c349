#pragma once
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace valetkey::ports {

enum class LogLevel { kDebug, kInfo, kWarning, kError };

using LogField = std::pair<std::string_view, std::string>;

/// One line of structured log. Never a secret, a path or a query (S22): route templates, ids and codes.
class Log {
 public:
  virtual ~Log() = default;
  virtual void write(LogLevel level, std::string_view message, std::initializer_list<LogField> fields) = 0;
};

}  // namespace valetkey::ports
