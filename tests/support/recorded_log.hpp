#pragma once
#include <mutex>
#include <string>
#include <vector>

#include "ports/log.hpp"

namespace valetkey::test {

/// Keeps every line, as `message name=value ...`; thread safe.
class RecordedLog final : public ports::Log {
 public:
  void write(ports::LogLevel, std::string_view message, std::initializer_list<ports::LogField> fields) override {
    std::string line(message);
    for (const auto& [name, value] : fields) line.append(" ").append(name).append("=").append(value);
    const std::lock_guard lock(mutex_);
    lines_.push_back(std::move(line));
  }

  void write_soon(ports::LogLevel level, std::string_view message, std::initializer_list<ports::LogField> fields) override {
    write(level, message, fields);
  }

  [[nodiscard]] std::vector<std::string> lines() const {
    const std::lock_guard lock(mutex_);
    return lines_;
  }
  [[nodiscard]] std::string text() const {
    std::string all;
    for (const auto& line : lines()) all.append(line).append("\n");
    return all;
  }
  [[nodiscard]] bool holds(std::string_view part) const { return text().find(part) != std::string::npos; }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> lines_;
};

}  // namespace valetkey::test
