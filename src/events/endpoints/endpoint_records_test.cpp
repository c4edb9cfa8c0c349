#include "events/endpoints/endpoint_records.hpp"

#include <gmock/gmock.h>

#include <boost/json/serialize.hpp>

#include "events/endpoints/endpoint_values.hpp"
#include "support/events_rig.hpp"

namespace valetkey::events {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

const test::PresetTexts kPresets{
    {"hub", R"j({"slug":"hub","title":"Hub","documentation_url":"https://hub.example/docs","checked_on":"2026-01-01","confidence":"sdk",
      "secrets":[{"name":"signing_secret","title":"Secret","help":"Settings"},
                 {"name":"hook_secret","title":"Other","help":"Comes by itself","from":"handshake","optional":true}],
      "parameters":[{"name":"topic","title":"Topic","help":"Which"}],
      "verify":[{"when":[{"secret":"hook_secret"}],"scheme":"hmac","algorithm":"sha256","key":{"secret":"hook_secret"},
                 "signature":{"header":"x-sig","decode":"hex"},"message":["raw",{"parameter":"topic"}]},
                {"scheme":"hmac","algorithm":"sha256","key":{"secret":"signing_secret"},
                 "signature":{"header":"x-sig","decode":"hex"},"message":["raw"]}],
      "challenges":[{"when":[{"header":"x-hook-secret"}],"signed":false,"reply":{"status":200},
                     "store":{"secret":"hook_secret","value":"header(x-hook-secret)"}}],
      "parse":{"format":"json"},"event":{"type":"type"}})j"}};

class EndpointRecordsTest : public testing::Test {
 public:
  test::EventsRig rig{kPresets};
  model::Endpoint endpoint = rig.add_endpoint("hub", "hub-key", {"webhook_event_verification", "webhook_parser"});

  EndpointView view() { return rig.value_of(rig.endpoints->load(rig.tenant, endpoint.id.str())); }
  boost::json::object document() { return endpoint_document(view(), "https://broker.example", rig.clock.wall_now()); }
  std::vector<std::string> pointers_of(std::string_view body) {
    auto wish = read_endpoint(boost::json::parse(body).as_object(), view(), rig.clock.wall_now());
    std::vector<std::string> out;
    if (!wish)
      for (const auto& field : wish.error().fields) out.push_back(field.pointer);
    return out;
  }
  std::vector<std::string> values(const std::string& name) {
    rig.clock.advance(model::Milliseconds{1});
    const auto site = rig.value_of(rig.cache->of_endpoint(rig.tenant, endpoint.id));
    auto opened = rig.value_of(values_of(*rig.context, site, {}));
    std::vector<std::string> out;
    for (const auto& secret : opened.secrets[name]) out.emplace_back(secret.reveal());
    return out;
  }
};

TEST_F(EndpointRecordsTest, a_new_secret_leaves_the_older_one_its_window) {
  rig.change(endpoint, R"({"secrets":{"signing_secret":"first"}})");
  rig.change(endpoint, R"({"secrets":{"signing_secret":"second"},"retire_after":60})");
  EXPECT_THAT(values("signing_secret"), ElementsAre("second", "first"));
  rig.clock.advance(model::Seconds{61});
  EXPECT_THAT(values("signing_secret"), ElementsAre("second"));
  rig.change(endpoint, R"({"secrets":{"signing_secret":["a","b"]},"retire_after":0})");
  EXPECT_THAT(values("signing_secret"), ElementsAre("a", "b")) << "several at once, for applications that sign with several";
  rig.change(endpoint, R"({"secrets":{"signing_secret":null}})");
  EXPECT_THAT(values("signing_secret"), IsEmpty());
}

TEST_F(EndpointRecordsTest, secrets_are_told_by_name_and_time_only_and_what_is_missing_is_said) {
  EXPECT_THAT(boost::json::serialize(document()), HasSubstr(R"("missing":["signing_secret","topic"])"));
  rig.change(endpoint, R"({"secrets":{"signing_secret":"very-secret"},"parameters":{"topic":"t"}})");
  const auto told = boost::json::serialize(document());
  EXPECT_THAT(told, HasSubstr(R"("missing":[])"));
  EXPECT_THAT(told, HasSubstr(R"("webhook_url":"https://broker.example/hooks/hub/hub-key")"));
  EXPECT_THAT(told, HasSubstr(R"("action_url":"https://broker.example/actions/hub/hub-key")"));
  EXPECT_THAT(told, Not(HasSubstr("very-secret")));
  EXPECT_THAT(boost::json::serialize(model::to_row(view().endpoint).doc), Not(HasSubstr("very-secret")));
}

TEST_F(EndpointRecordsTest, what_is_wrong_is_told_whole) {
  EXPECT_THAT(pointers_of(R"({"secrets":{"signing_sekret":"a","signing_secret":7,"hook_secret":[]},"parameters":{"topik":"a","topic":""},
                              "verification":"maybe","accepts_handshake_for":90000,"more":1})"),
              ElementsAre("/secrets/signing_sekret", "/secrets/signing_secret", "/secrets/hook_secret", "/parameters/topik",
                          "/parameters/topic", "/verification", "/accepts_handshake_for", "/more"));
  auto changed = test::run(*rig.world, rig.endpoints->change(view(), {{"reply_destination", "dest_unknown"}}, {}));
  ASSERT_FALSE(changed);
  EXPECT_EQ(changed.error().fields.front().pointer, "/reply_destination");
}

TEST_F(EndpointRecordsTest, a_change_builds_on_what_was_read) {
  const auto before = view();
  rig.change(endpoint, R"({"is_enabled":false})");
  auto late = test::run(*rig.world, rig.endpoints->change(before, {{"verification", "none"}}, {}));
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, model::Code::kPreconditionFailed);
}

TEST_F(EndpointRecordsTest, a_new_key_becomes_the_credentials_own_and_the_old_one_ends_with_its_window) {
  const auto rotated = rig.value_of(rig.endpoints->rotate_key(view(), model::Seconds{60}, {}));
  EXPECT_NE(rotated.key, "hub-key");
  const auto credential = rig.value_of(rig.records->load<model::Credential>(rig.tenant, endpoint.credential.str()));
  EXPECT_EQ(credential.webhook_key, rotated.key);
  EXPECT_EQ(view().key, rotated.key);
  EXPECT_THAT(view().older_keys_end, SizeIs(1));
  EXPECT_TRUE(rig.value_of(rig.cache->find("hub", "hub-key")).endpoint);
  rig.clock.advance(model::Seconds{60});
  EXPECT_FALSE(test::run(*rig.world, rig.cache->find("hub", "hub-key")));
  EXPECT_TRUE(test::run(*rig.world, rig.cache->find("hub", rotated.key)));
}

TEST_F(EndpointRecordsTest, the_credentials_own_endpoint_stays_and_others_go_with_their_keys) {
  auto own = test::run(*rig.world, rig.endpoints->remove(view(), {}));
  ASSERT_FALSE(own);
  EXPECT_EQ(own.error().code, model::Code::kConflict);
  auto credential = rig.value_of(rig.records->load<model::Credential>(rig.tenant, endpoint.credential.str()));
  model::Connection connection{.id = model::ConnectionId{"conn_1"}, .tenant = rig.tenant, .credential = credential.id};
  rig.put(connection);
  auto made = rig.value_of(rig.endpoints->create(credential, connection.id, {{"parameters", {{"topic", "t"}}}}, {}));
  EXPECT_EQ(made.endpoint.connection, connection.id);
  EXPECT_TRUE(test::run(*rig.world, rig.cache->find("hub", made.key)));
  auto again = rig.value_of(rig.endpoints->load(rig.tenant, made.endpoint.id.str()));
  EXPECT_EQ(again.endpoint.revision, made.endpoint.revision);
  rig.value_of(rig.endpoints->remove(std::move(again), {}));
  EXPECT_FALSE(test::run(*rig.world, rig.cache->find("hub", made.key)));
  EXPECT_THAT(rig.all<model::EndpointKey>(), SizeIs(1));
  auto gone = test::run(*rig.world, rig.endpoints->create(credential, model::ConnectionId{"conn_unknown"}, {}, {}));
  EXPECT_FALSE(gone);
}

TEST_F(EndpointRecordsTest, security_s31_a_received_secret_is_shown_while_its_window_is_open_and_no_other_ever) {
  rig.change(endpoint, R"({"secrets":{"signing_secret":"typed","hook_secret":"as-if-received"},"accepts_handshake_for":60})");
  EXPECT_EQ(rig.value_of(rig.endpoints->received_secret(view(), "hook_secret")).reveal(), "as-if-received");
  EXPECT_FALSE(test::run(*rig.world, rig.endpoints->received_secret(view(), "signing_secret")));
  rig.clock.advance(model::Seconds{60});
  EXPECT_FALSE(test::run(*rig.world, rig.endpoints->received_secret(view(), "hook_secret")));
}

}  // namespace
}  // namespace valetkey::events
