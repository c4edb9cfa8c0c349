#pragma once
#include <map>
#include <mutex>

#include "ports/metrics.hpp"

namespace valetkey::test {

/// Counts by `name{label}`; thread safe.
class RecordedMetrics final : public ports::Metrics {
 public:
  void count(std::string_view name, std::string_view label, std::int64_t by) override { add(name, label, static_cast<double>(by)); }
  void observe(std::string_view name, std::string_view label, double) override { add(name, label, 1); }
  void gauge(std::string_view name, std::string_view labels, double value) override {
    const std::lock_guard lock(mutex_);
    values_[labels.empty() ? std::string(name) : std::string(name) + "{" + std::string(labels) + "}"] = value;
  }
  std::string exposition() override {
    std::string text;
    for (const auto& [name, value] : values())
      text.append(name).append(" ").append(std::to_string(static_cast<std::int64_t>(value))).append("\n");
    return text;
  }
  [[nodiscard]] std::map<std::string, double> values() const {
    const std::lock_guard lock(mutex_);
    return values_;
  }

 private:
  void add(std::string_view name, std::string_view label, double by) {
    const std::lock_guard lock(mutex_);
    values_[std::string(name) + "{" + std::string(label) + "}"] += by;
  }

  mutable std::mutex mutex_;
  std::map<std::string, double> values_;
};

}  // namespace valetkey::test
