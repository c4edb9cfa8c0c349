#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace valetkey::ports {

/// Counters and histograms with closed labels (S21): every name and label value is a literal of the program.
class Metrics {
 public:
  virtual ~Metrics() = default;
  /// `label` is one of few literals, e.g. an outcome.
  virtual void count(std::string_view name, std::string_view label, std::int64_t by = 1) = 0;
  virtual void observe(std::string_view name, std::string_view label, double seconds) = 0;
  virtual void gauge(std::string_view name, double value) = 0;
  /// Prometheus text exposition format 0.0.4.
  virtual std::string exposition() = 0;
};

}  // namespace valetkey::ports
