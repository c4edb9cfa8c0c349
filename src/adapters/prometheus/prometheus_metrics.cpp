#include "adapters/prometheus/prometheus_metrics.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <type_traits>

namespace valetkey::adapters::prometheus {
namespace {

namespace their = ::prometheus;

const their::Histogram::BucketBoundaries& default_buckets() {
  static const their::Histogram::BucketBoundaries kBuckets{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30};
  return kBuckets;
}

/// What a thread remembers of the metrics it has used. Looked up by the addresses of the literals, verified by their content, so that
/// a caller with another kind of string is slow, not wrong.
template <class Metric>
class ThreadCache {
 public:
  struct Entry {
    std::uint64_t owner = 0;
    std::string name;
    std::string label;
    Metric* metric = nullptr;
  };

  static Entry& at(std::string_view name, std::string_view label) {
    thread_local std::array<Entry, 256> entries;
    const auto mixed = std::hash<const void*>{}(name.data()) * 31 + std::hash<const void*>{}(label.data());
    return entries[(mixed ^ (mixed >> 8)) % entries.size()];
  }
};

std::atomic<std::uint64_t> last_owner{0};

}  // namespace

class PrometheusMetrics::Families {
 public:
  explicit Families(std::vector<MetricFacts> facts) {
    for (auto& entry : facts) {
      auto name = entry.name;
      facts_.emplace(std::move(name), std::move(entry));
    }
  }

  template <class Metric>
  Metric& metric(std::string_view name, std::string_view label) {
    auto& entry = ThreadCache<Metric>::at(name, label);
    if (entry.owner == owner_ && entry.name == name && entry.label == label) return *entry.metric;
    auto& found = make<Metric>(name, label);
    entry = {.owner = owner_, .name = std::string(name), .label = std::string(label), .metric = &found};
    return found;
  }

  std::string exposition() { return their::TextSerializer{}.Serialize(registry_.Collect()); }

 private:
  template <class Metric>
  Metric& make(std::string_view name, std::string_view label) {
    const std::lock_guard lock(mutex_);
    auto& facts = facts_of(name);
    const auto labels = bounded(facts, label);
    if constexpr (std::is_same_v<Metric, their::Histogram>) {
      auto& family = their::BuildHistogram().Name(facts.name).Help(facts.help).Register(registry_);
      return family.Add(labels, facts.buckets.empty() ? default_buckets() : facts.buckets);
    } else if constexpr (std::is_same_v<Metric, their::Counter>) {
      return their::BuildCounter().Name(facts.name).Help(facts.help).Register(registry_).Add(labels);
    } else {
      return their::BuildGauge().Name(facts.name).Help(facts.help).Register(registry_).Add(labels);
    }
  }

  /// The values by the names of the facts; beyond the bound each is `other`.
  their::Labels bounded(const MetricFacts& facts, std::string_view values) {
    their::Labels labels;
    if (values.empty()) return labels;
    auto& used = used_[facts.name];
    const bool is_known = used.contains(values);
    const bool is_full = !is_known && used.size() >= facts.most_labels;
    if (!is_known && !is_full) used.emplace(values);
    for (const auto& name : facts.labels) {
      const auto end = std::min(values.find(','), values.size());
      labels.emplace(name, is_full ? std::string("other") : std::string(values.substr(0, end)));
      values.remove_prefix(std::min(end + 1, values.size()));
    }
    return labels;
  }

  MetricFacts& facts_of(std::string_view name) {
    const auto known = facts_.find(name);
    if (known != facts_.end()) return known->second;
    return facts_.emplace(name, MetricFacts{.name = std::string(name), .labels = {"kind"}}).first->second;
  }

  const std::uint64_t owner_ = ++last_owner;
  std::mutex mutex_;
  std::map<std::string, MetricFacts, std::less<>> facts_;
  std::map<std::string, std::set<std::string, std::less<>>> used_;  ///< by name
  // the same name registered again is the same family
  their::Registry registry_{their::Registry::InsertBehavior::Merge};
};

PrometheusMetrics::PrometheusMetrics(std::vector<MetricFacts> facts) : families_(std::make_unique<Families>(std::move(facts))) {}

PrometheusMetrics::~PrometheusMetrics() = default;

void PrometheusMetrics::count(std::string_view name, std::string_view labels, std::int64_t by) {
  families_->metric<their::Counter>(name, labels).Increment(static_cast<double>(by));
}

void PrometheusMetrics::observe(std::string_view name, std::string_view labels, double value) {
  families_->metric<their::Histogram>(name, labels).Observe(value);
}

void PrometheusMetrics::gauge(std::string_view name, std::string_view labels, double value) {
  families_->metric<their::Gauge>(name, labels).Set(value);
}

std::string PrometheusMetrics::exposition() { return families_->exposition(); }

}  // namespace valetkey::adapters::prometheus
