#include "adapters/prometheus/prometheus_metrics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

namespace valetkey::adapters::prometheus {
namespace {

using testing::HasSubstr;
using testing::Not;

std::vector<MetricFacts> facts() {
  return {{.name = "valetkey_reads_total", .labels = {"outcome"}, .help = "token reads"},
          {.name = "valetkey_read_seconds", .labels = {"route"}, .help = "time of a read", .buckets = {0.5, 1}},
          {.name = "valetkey_refreshes_total", .labels = {"outcome", "cause"}, .help = "refreshes", .most_labels = 2},
          {.name = "valetkey_connections", .labels = {}, .help = "open connections"}};
}

TEST(PrometheusMetrics, exposes_what_was_counted) {
  PrometheusMetrics metrics(facts());
  metrics.count("valetkey_reads_total", "hit", 1);
  metrics.count("valetkey_reads_total", "hit", 2);
  metrics.count("valetkey_reads_total", "miss", 1);
  metrics.gauge("valetkey_connections", {}, 7);
  metrics.gauge("valetkey_connections", {}, 5);
  metrics.observe("valetkey_read_seconds", "token", 0.4);
  metrics.observe("valetkey_read_seconds", "token", 2);
  const auto text = metrics.exposition();
  for (const auto* line :
       {"# HELP valetkey_reads_total token reads\n# TYPE valetkey_reads_total counter\n", "valetkey_reads_total{outcome=\"hit\"} 3\n",
        "valetkey_reads_total{outcome=\"miss\"} 1\n", "# TYPE valetkey_connections gauge\nvaletkey_connections 5\n",
        "valetkey_read_seconds_bucket{route=\"token\",le=\"0.5\"} 1\n", "valetkey_read_seconds_bucket{route=\"token\",le=\"+Inf\"} 2\n",
        "valetkey_read_seconds_count{route=\"token\"} 2\n"})
    EXPECT_THAT(text, HasSubstr(line));
}

TEST(PrometheusMetrics, a_name_without_facts_is_counted_too) {
  PrometheusMetrics metrics({});
  metrics.count("valetkey_new_total", "a", 1);
  metrics.count("valetkey_new_total", "", 1);
  EXPECT_THAT(metrics.exposition(), HasSubstr("valetkey_new_total{kind=\"a\"} 1\n"));
  EXPECT_THAT(metrics.exposition(), HasSubstr("valetkey_new_total 1\n"));
}

TEST(PrometheusMetrics, values_go_to_the_labels_in_their_order) {
  PrometheusMetrics metrics(facts());
  metrics.count("valetkey_refreshes_total", "ok,due", 2);
  metrics.count("valetkey_refreshes_total", "ok", 1);
  metrics.count("valetkey_refreshes_total", "failed,due", 4);
  metrics.count("valetkey_refreshes_total", "failed,read", 8);
  const auto text = metrics.exposition();
  EXPECT_THAT(text, HasSubstr("{cause=\"due\",outcome=\"ok\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("{cause=\"\",outcome=\"ok\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("{cause=\"other\",outcome=\"other\"} 12\n"));
}

TEST(PrometheusMetrics, a_string_that_is_no_literal_is_slow_but_right) {
  PrometheusMetrics metrics(facts());
  std::string label = "aaa";
  metrics.count("valetkey_reads_total", label, 1);
  label = "bbb";  // the same bytes of memory
  metrics.count("valetkey_reads_total", label, 10);
  EXPECT_THAT(metrics.exposition(), HasSubstr("{outcome=\"aaa\"} 1\n"));
  EXPECT_THAT(metrics.exposition(), HasSubstr("{outcome=\"bbb\"} 10\n"));
}

TEST(PrometheusMetrics, instances_do_not_share) {
  auto first = std::make_unique<PrometheusMetrics>(facts());
  first->count("valetkey_reads_total", "hit", 1);
  first.reset();
  PrometheusMetrics second(facts());
  second.count("valetkey_reads_total", "hit", 5);
  EXPECT_THAT(second.exposition(), HasSubstr("{outcome=\"hit\"} 5\n"));
}

TEST(PrometheusMetrics, security_s21_labels_are_bounded) {
  PrometheusMetrics metrics(facts());
  for (int i = 0; i < 100; ++i) metrics.count("valetkey_reads_total", "label" + std::to_string(i), 1);
  const auto text = metrics.exposition();
  EXPECT_THAT(text, HasSubstr("\"label63\""));
  EXPECT_THAT(text, Not(HasSubstr("\"label64\"")));
  EXPECT_THAT(text, HasSubstr("{outcome=\"other\"} 36\n"));
}

TEST(PrometheusMetrics, counts_from_all_threads) {
  PrometheusMetrics metrics(facts());
  std::vector<std::thread> threads;
  threads.reserve(4);
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      for (int n = 0; n < 1000; ++n) metrics.count("valetkey_reads_total", n % 2 == 0 ? "hit" : "miss", 1);
    });
  for (auto& thread : threads) thread.join();
  EXPECT_THAT(metrics.exposition(), HasSubstr("{outcome=\"hit\"} 2000\n"));
  EXPECT_THAT(metrics.exposition(), HasSubstr("{outcome=\"miss\"} 2000\n"));
}

}  // namespace
}  // namespace valetkey::adapters::prometheus
