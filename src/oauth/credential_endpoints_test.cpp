#include "oauth/credential_endpoints.hpp"

#include <gmock/gmock.h>

#include "oauth/credential_removal.hpp"
#include "support/engine_rig.hpp"

namespace valetkey::oauth {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

class CredentialEndpointsTest : public testing::Test {
 public:
  test::EngineRig rig;

  template <class Record>
  std::vector<Record> all() {
    return rig.must(test::run(*rig.world, rig.records->find<Record>({.tenant = rig.tenant.str()})));
  }
  void apply(ports::Unit unit) { rig.must(test::run(*rig.world, rig.store->apply(std::move(unit)))); }
  void add_missing() {
    rig.must(test::run(*rig.world, [](Context& context) -> ports::Answer<void> {
      co_await add_missing_endpoints(context);
      co_return model::Result<void>{};
    }(*rig.context)));
  }
  /// As a version before endpoints left it.
  void give_key() {
    auto credential = rig.stored_credential();
    credential.webhook_key = "the-key";
    apply({.writes = {rig.records->put(credential)}});
    rig.credential = rig.stored_credential();
  }
};

TEST_F(CredentialEndpointsTest, a_credential_of_before_gets_its_endpoint_once) {
  give_key();
  add_missing();
  add_missing();
  const auto endpoints = all<model::Endpoint>();
  ASSERT_THAT(endpoints, SizeIs(1));
  EXPECT_EQ(endpoints[0].credential, rig.credential.id);
  EXPECT_EQ(endpoints[0].integration, "sim");
  const auto keys = all<model::EndpointKey>();
  ASSERT_THAT(keys, SizeIs(1));
  EXPECT_EQ(keys[0].id, "the-key");
  EXPECT_EQ(keys[0].endpoint, endpoints[0].id);
}

TEST_F(CredentialEndpointsTest, endpoints_end_with_their_connection_and_with_their_credential) {
  give_key();
  add_missing();
  const auto connection = rig.connect();
  model::Endpoint of_one{
      .id = model::EndpointId{"ep_of_one"}, .tenant = rig.tenant, .credential = rig.credential.id, .connection = connection.id};
  apply({.writes = {rig.records->put(of_one),
                    rig.records->put(model::EndpointKey{.id = "key-1", .tenant = rig.tenant, .endpoint = of_one.id}),
                    rig.records->put(model::EndpointKey{.id = "key-2", .tenant = rig.tenant, .endpoint = of_one.id})}});
  rig.must(test::run(*rig.world, rig.connections->remove(rig.tenant, connection.id, {})));
  EXPECT_THAT(all<model::Endpoint>(), SizeIs(1));
  const auto keys = all<model::EndpointKey>();
  ASSERT_THAT(keys, SizeIs(1));
  EXPECT_EQ(keys[0].id, "the-key");
  CredentialRemoval removal(*rig.context, *rig.connections);
  rig.must(test::run(*rig.world, removal.run(rig.stored_credential(), false, {}, {})));
  EXPECT_THAT(all<model::Endpoint>(), IsEmpty());
  EXPECT_THAT(all<model::EndpointKey>(), IsEmpty());
}

}  // namespace
}  // namespace valetkey::oauth
