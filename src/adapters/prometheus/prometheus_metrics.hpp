#pragma once
#include <memory>
#include <string>
#include <vector>

#include "ports/metrics.hpp"

namespace valetkey::adapters::prometheus {

/// What a metric is called in the exposition.
struct MetricFacts {
  std::string name;
  std::vector<std::string> labels;  ///< their names
  std::string help;
  std::vector<double> buckets{};  ///< of a histogram; empty: 1 ms to 30 s
  std::size_t most_labels = 64;   ///< combinations of values; what comes after them is `other` in each
};

/// Families come into being at first use, by the facts given here; a metric without facts gets the label `kind` and no help. After a
/// thread's first use of a (name, labels) neither count() nor gauge() takes a lock. Label values are bounded
/// (S21).
class PrometheusMetrics final : public ports::Metrics {
 public:
  explicit PrometheusMetrics(std::vector<MetricFacts> facts);
  ~PrometheusMetrics() override;
  PrometheusMetrics(const PrometheusMetrics&) = delete;
  PrometheusMetrics& operator=(const PrometheusMetrics&) = delete;

  void count(std::string_view name, std::string_view labels, std::int64_t by) override;
  void observe(std::string_view name, std::string_view labels, double value) override;
  void gauge(std::string_view name, std::string_view labels, double value) override;
  std::string exposition() override;

 private:
  class Families;
  std::unique_ptr<Families> families_;
};

}  // namespace valetkey::adapters::prometheus
