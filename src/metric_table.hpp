#pragma once
#include <vector>

#include "adapters/prometheus/prometheus_metrics.hpp"

namespace valetkey {

/// Every metric of the broker with its help text (docs/operations.md).
std::vector<adapters::prometheus::MetricFacts> metric_table();

}  // namespace valetkey
