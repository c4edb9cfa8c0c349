#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace valetkey::ports {

/// Counters, histograms and gauges with closed labels (S21): every name and label value is a literal of the program, or a route
/// template. `labels` are the values of a metric's labels in the order that its facts name them, separated by commas: `ok,due`.
class Metrics {
 public:
  virtual ~Metrics() = default;
  virtual void count(std::string_view name, std::string_view labels, std::int64_t by = 1) = 0;
  /// Seconds, or what the name says.
  virtual void observe(std::string_view name, std::string_view labels, double value) = 0;
  virtual void gauge(std::string_view name, std::string_view labels, double value) = 0;
  /// Prometheus text exposition format 0.0.4.
  virtual std::string exposition() = 0;
};

}  // namespace valetkey::ports
