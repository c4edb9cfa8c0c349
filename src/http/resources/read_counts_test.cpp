#include "http/resources/read_counts.hpp"

#include <gtest/gtest.h>
#include <boost/json/parse.hpp>

#include "support/engine_rig.hpp"

namespace valetkey::http {
namespace {

using test::EngineRig;

std::int64_t written(EngineRig& rig) {
  std::int64_t sum = 0;
  ports::Query query{.kind = model::Kind::kTokenReads, .tenant = rig.tenant.str(), .limit = 10'000};
  for (const auto& row : EngineRig::must(test::run(*rig.world, rig.store->find(std::move(query)))))
    sum += boost::json::parse(row.doc).at("count").as_int64();
  return sum;
}

TEST(ReadCounts, security_s43_more_than_one_unit_holds_are_all_written_once) {
  EngineRig rig;
  ReadCounts counts{*rig.store, rig.clock};
  constexpr int kConnections = 3'000;
  for (int round = 0; round < 2; ++round)
    for (int i = 0; i < kConnections; ++i)
      counts.count(rig.tenant, model::ApiKeyId{"key_1"}, model::ConnectionId{"conn_" + std::to_string(i)});
  ASSERT_TRUE(test::run(*rig.world, counts.flush()));
  EXPECT_EQ(written(rig), 2 * kConnections);
  ASSERT_TRUE(test::run(*rig.world, counts.flush()));
  EXPECT_EQ(written(rig), 2 * kConnections);
}

}  // namespace
}  // namespace valetkey::http
