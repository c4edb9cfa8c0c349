#include "events/ingress/ingress.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <boost/json/serialize.hpp>

#include "events/ingress/stored_request.hpp"
#include "support/events_rig.hpp"

namespace valetkey::events {
namespace {

using model::RequestState;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

const test::PresetTexts kPresets{
    {"hub", R"j({"slug":"hub","title":"Hub","documentation_url":"https://hub.example/docs","checked_on":"2026-01-01","confidence":"sdk",
      "secrets":[{"name":"signing_secret","title":"Secret","help":"Settings"}],
      "verify":[{"scheme":"hmac","algorithm":"sha256","key":{"secret":"signing_secret"},
                 "signature":{"header":"x-sig","prefix":"sha256=","decode":"hex"},"message":["raw"]}],
      "acknowledge":{"status":202,"content_type":"text/plain","body":"[accepted]"},
      "parse":{"format":"json","lists":true},
      "event":{"type":"type","id":"header(x-delivery)","app_user_id":"team","skip_when":[{"value":"type","equals":"ping"}]}})j"},
    {"signed",
     R"j({"slug":"signed","title":"Signed","documentation_url":"https://signed.example","checked_on":"2026-01-01","confidence":"sdk",
      "secrets":[{"name":"app_secret","title":"Secret","help":"Settings","from":"client_secret"}],
      "verify":[{"scheme":"hmac","algorithm":"sha256","key":{"secret":"app_secret"},
                 "signature":{"header":"x-sig","decode":"hex"},"message":["raw"]}],
      "challenges":[{"when":[{"body":"type","equals":"url_verification"}],"signed":true,
                     "reply":{"status":200,"content_type":"text/plain","body":"{challenge}"}},
                    {"when":[{"method":"GET"},{"query":"challenge"}],"signed":false,
                     "reply":{"status":200,"content_type":"text/plain","body":"{query(challenge)}"}}],
      "parse":{"format":"json","lists":true},
      "event":{"type":"type","id":"id","app_user_id":"team"},
      "action":{"deadline":3,"forms":[{"parse":{"format":"json"},"type":"type","action_id":"action","id":"id","app_user_id":"team",
                "response_url":"back","reply":{"status":200,"content_type":"application/json","json":{"fallback":"yes"}},
                "needs_reply":true}]}})j"},
    {"token", R"j({"slug":"token","title":"Token","documentation_url":"https://token.example","checked_on":"2026-01-01","confidence":"sdk",
      "secrets":[{"name":"token","title":"Token","help":"Settings"}],
      "verify":[{"scheme":"static","key":{"secret":"token"},"signature":{"header":"x-token"},"covers_body":false}],
      "parse":{"format":"json"},"event":{"type":"type","id":"id"}})j"},
    {"shake", R"j({"slug":"shake","title":"Shake","documentation_url":"https://shake.example","checked_on":"2026-01-01","confidence":"sdk",
      "secrets":[{"name":"hook_secret","title":"Secret","help":"Comes by itself","from":"handshake"}],
      "verify":[{"scheme":"hmac","algorithm":"sha256","key":{"secret":"hook_secret"},
                 "signature":{"header":"x-sig","decode":"hex"},"message":["raw"]}],
      "challenges":[{"when":[{"header":"x-hook-secret"}],"signed":false,
                     "reply":{"status":200,"headers":{"X-Hook-Secret":"{header(x-hook-secret)}"}},
                     "store":{"secret":"hook_secret","value":"header(x-hook-secret)"}}],
      "parse":{"format":"json"},"event":{"type":"type","id":"id"}})j"},
};

class IngressTest : public testing::Test {
 public:
  test::EventsRig rig{kPresets};

  static constexpr std::string_view kKey = "hub-key";
  model::Endpoint hub() { return rig.change(rig.add_endpoint("hub", std::string(kKey)), R"({"secrets":{"signing_secret":"top-secret"}})"); }
  static Arrival of_hub(std::string body, std::string delivery, std::string_view secret = "top-secret") {
    auto signature = "sha256=" + test::EventsRig::hmac_hex(secret, body);
    return test::EventsRig::arrival("hub", std::string(kKey), std::move(body), {{"x-sig", signature}, {"x-delivery", std::move(delivery)}});
  }
  static Arrival of_signed(std::string body, std::string_view secret = "client-secret") {
    auto signature = test::EventsRig::hmac_hex(secret, body);
    return test::EventsRig::arrival("signed", "signed-key", std::move(body), {{"x-sig", signature}});
  }
  int send(Arrival arrival) {
    rig.clock.advance(model::Milliseconds{1});  // ids sort by birth
    return test::EventsRig::status_of(rig.receive(std::move(arrival)));
  }
  std::vector<model::ReceivedRequest> stored() { return rig.all<model::ReceivedRequest>(); }
  std::vector<StoredMessage> messages(const model::ReceivedRequest& request) { return rig.value_of(open_messages(*rig.keys, request)); }
  double counted(const std::string& name) {
    const auto values = rig.metrics.values();
    const auto found = values.find(name);
    return found == values.end() ? 0 : found->second;
  }
};

TEST_F(IngressTest, what_is_verified_is_on_disk_with_its_events_before_the_answer) {
  const auto endpoint = hub();
  const auto answer = rig.receive(of_hub(R"({"type":"push","team":"T1","deep":{"a":[1,2]}})", "d-1"));
  EXPECT_EQ(answer.reply.status, 202);
  EXPECT_EQ(answer.reply.body, "[accepted]");
  ASSERT_THAT(stored(), SizeIs(1));
  const auto request = stored().front();
  EXPECT_EQ(request.state, RequestState::kReceived);
  EXPECT_EQ(request.endpoint, endpoint.id);
  EXPECT_EQ(request.credential, endpoint.credential);
  EXPECT_EQ(request.verification, "preset/hub");
  EXPECT_EQ(request.due_at, rig.clock.wall_now());
  const auto events = messages(request);
  ASSERT_THAT(events, SizeIs(1));
  EXPECT_EQ(events[0].message.event_type, "push");
  EXPECT_EQ(events[0].message.event_id, "d-1");
  EXPECT_THAT(events[0].message.app_user_ids, ElementsAre("T1"));
  EXPECT_THAT(events[0].message.unsigned_members, Contains("event_id"));
  EXPECT_THAT(events[0].payload, HasSubstr(R"("deep":{"a":[1,2]})"));
  const auto raw = rig.value_of(open_raw(*rig.keys, request));
  EXPECT_EQ(raw.incoming.body, R"({"type":"push","team":"T1","deep":{"a":[1,2]}})");
  EXPECT_TRUE(raw.verdict.covers_body);
  EXPECT_EQ(counted("valetkey_webhooks_total{webhook,accepted}"), 1);
}

TEST_F(IngressTest, security_s25_what_is_not_verified_leaves_nothing_durable) {
  hub();
  const std::string body = R"({"type":"push"})";
  auto unsigned_request = of_hub(body, "d-1");
  unsigned_request.incoming.headers.erase(unsigned_request.incoming.headers.begin());
  EXPECT_EQ(send(unsigned_request), 401) << "forged by leaving the signature out";
  EXPECT_EQ(send(of_hub(body, "d-1", "wrong")), 401);
  auto changed = of_hub(body, "d-1");
  changed.incoming.body.back() = ' ';
  EXPECT_EQ(send(changed), 401);
  auto twice = of_hub(body, "d-1");
  twice.incoming.headers.push_back(twice.incoming.headers.front());
  EXPECT_EQ(send(twice), 401) << "a signature header that comes twice";
  auto short_one = of_hub(body, "d-1");
  short_one.incoming.headers.front().second = "sha256=00";
  EXPECT_EQ(send(short_one), 401) << "a shorter signature is no crash";
  EXPECT_THAT(stored(), IsEmpty());
  EXPECT_THAT(rig.all<model::SeenEvent>(), IsEmpty());
  EXPECT_EQ(counted("valetkey_webhooks_total{webhook,rejected}"), 5);
}

TEST_F(IngressTest, security_s25_nothing_is_accepted_where_no_secret_is_set_or_no_service_is_chosen) {
  rig.add_endpoint("hub", std::string(kKey));
  EXPECT_EQ(send(of_hub(R"({"type":"push"})", "d-1", "")), 401);
  EXPECT_EQ(send(of_hub(R"({"type":"push"})", "d-1")), 401);
  rig.add_endpoint("signed", "signed-key", {"webhook_parser"});
  EXPECT_EQ(send(of_signed(R"({"type":"a","id":"1"})")), 401);
  EXPECT_THAT(stored(), IsEmpty());
}

TEST_F(IngressTest, security_s32_without_verification_events_say_so_and_are_not_told_apart_by_their_ids) {
  const auto endpoint = rig.change(rig.add_endpoint("hub", std::string(kKey)), R"({"verification":"none"})");
  EXPECT_EQ(send(of_hub(R"({"type":"push"})", "d-1", "whatever")), 202);
  EXPECT_EQ(send(of_hub(R"({"type":"push"})", "d-1", "whatever")), 202) << "a forged id must not hide the genuine event";
  ASSERT_THAT(stored(), SizeIs(2));
  EXPECT_EQ(stored()[0].verification, "none");
  EXPECT_THAT(messages(stored()[0])[0].message.unsigned_members, Contains("event_type"));
  const auto view = rig.value_of(rig.endpoints->load(rig.tenant, endpoint.id.str()));
  EXPECT_THAT(boost::json::serialize(endpoint_document(view, "https://broker.example", rig.clock.wall_now())),
              HasSubstr("verification_none"));
}

TEST_F(IngressTest, unknown_key_wrong_integration_switched_off_and_expired_are_one_answer) {
  const auto endpoint = hub();
  const auto answer_to = [&](Arrival arrival) {
    const auto answer = rig.receive(std::move(arrival));
    return answer.error ? fmt::format("{} {}", model::facts(answer.error->code).status, answer.error->detail) : std::string("none");
  };
  auto other_key = of_hub("{}", "d-1");
  other_key.key = "other-key";
  auto other_integration = of_hub("{}", "d-1");
  other_integration.integration = "signed";
  const auto unknown = answer_to(other_key);
  EXPECT_THAT(unknown, HasSubstr("404"));
  EXPECT_EQ(answer_to(other_integration), unknown);
  EXPECT_EQ(send(of_hub(R"({"type":"push"})", "d-1")), 202);
  rig.change(endpoint, R"({"is_enabled":false})");
  EXPECT_EQ(answer_to(of_hub(R"({"type":"push"})", "d-2")), unknown) << "the cache forgets at once";
  rig.change(endpoint, R"({"is_enabled":true})");
  rig.value_of([](test::EventsRig& r, std::string id) -> ports::Answer<EndpointView> {
    auto view = co_await r.endpoints->load(r.tenant, id);
    co_return co_await r.endpoints->rotate_key(std::move(*view), model::Seconds{60}, {});
  }(rig, endpoint.id.str()));
  EXPECT_EQ(send(of_hub(R"({"type":"push"})", "d-3")), 202) << "the old key works beside the new one";
  rig.clock.advance(model::Seconds{61});
  EXPECT_EQ(answer_to(of_hub(R"({"type":"push"})", "d-4")), unknown);
}

TEST_F(IngressTest, security_s29_a_signed_id_is_taken_once_whatever_stands_around_it) {
  rig.add_endpoint("signed", "signed-key");
  EXPECT_EQ(send(of_signed(R"({"type":"a","id":"1","team":"T"})")), 200);
  EXPECT_EQ(send(of_signed(R"({"type":"a","id":"1","team":"T"})")), 200);
  EXPECT_EQ(send(of_signed(R"({"type":"a","id":"1","team":"T","more":1})")), 200);
  EXPECT_THAT(stored(), SizeIs(1));
  EXPECT_EQ(counted("valetkey_webhooks_total{webhook,duplicate}"), 2);
  EXPECT_EQ(send(of_signed(R"([{"type":"a","id":"1"},{"type":"b","id":"2"},{"type":"c","id":"3"}])")), 200);
  ASSERT_THAT(stored(), SizeIs(2));
  EXPECT_THAT(messages(stored()[1]), SizeIs(2)) << "what is new in it is kept";
}

TEST_F(IngressTest, security_s29_an_unsigned_id_counts_with_the_body_and_the_same_body_under_another_is_told) {
  hub();
  const std::string body = R"({"type":"push","n":1})";
  EXPECT_EQ(send(of_hub(body, "d-1")), 202);
  EXPECT_EQ(send(of_hub(body, "d-1")), 202);
  EXPECT_THAT(stored(), SizeIs(1)) << "the same delivery again";
  EXPECT_EQ(send(of_hub(R"({"type":"push","n":2})", "d-1")), 202);
  ASSERT_THAT(stored(), SizeIs(2)) << "an unsigned id alone suppresses nothing";
  EXPECT_FALSE(messages(stored()[1])[0].possible_replay);
  EXPECT_EQ(send(of_hub(body, "d-9")), 202);
  ASSERT_THAT(stored(), SizeIs(3));
  EXPECT_TRUE(messages(stored()[2])[0].possible_replay);
}

TEST_F(IngressTest, security_s29_marks_live_for_seven_days_and_belong_to_one_endpoint) {
  rig.add_endpoint("signed", "signed-key");
  rig.add_endpoint("signed", "another-key");
  const std::string body = R"({"type":"a","id":"1"})";
  EXPECT_EQ(send(of_signed(body)), 200);
  auto elsewhere = of_signed(body);
  elsewhere.key = "another-key";
  EXPECT_EQ(send(elsewhere), 200);
  EXPECT_THAT(stored(), SizeIs(2));
  rig.clock.advance(model::Seconds{7 * 86'400 - 1});
  EXPECT_EQ(send(of_signed(body)), 200);
  EXPECT_THAT(stored(), SizeIs(2));
  rig.clock.advance(model::Seconds{2});
  EXPECT_EQ(send(of_signed(body)), 200);
  EXPECT_THAT(stored(), SizeIs(3)) << "a mark that is over and not erased yet does not count";
}

TEST_F(IngressTest, security_s29_of_equal_requests_at_once_one_is_kept) {
  rig.add_endpoint("signed", "signed-key");
  int answered = 0;
  for (int i = 0; i < 32; ++i)
    boost::asio::co_spawn(*rig.world, rig.ingress->receive(of_signed(R"({"type":"a","id":"1"})")),
                          [&](std::exception_ptr, ArrivalAnswer answer) {
                            EXPECT_EQ(test::EventsRig::status_of(answer), 200);
                            ++answered;
                          });
  rig.world->restart();
  while (answered < 32 && rig.world->run_one() > 0) {
  }
  EXPECT_EQ(answered, 32);
  EXPECT_THAT(stored(), SizeIs(1));
  EXPECT_EQ(counted("valetkey_webhooks_total{webhook,duplicate}"), 31);
}

TEST_F(IngressTest, what_is_no_event_is_acknowledged_and_not_kept) {
  hub();
  EXPECT_EQ(send(of_hub(R"({"type":"ping"})", "d-1")), 202);
  EXPECT_THAT(stored(), IsEmpty());
}

TEST_F(IngressTest, what_cannot_be_parsed_is_acknowledged_kept_and_parsed_again_later) {
  hub();
  EXPECT_EQ(send(of_hub("{broken", "d-1")), 200);
  ASSERT_THAT(stored(), SizeIs(1));
  const auto request = stored().front();
  EXPECT_EQ(request.state, RequestState::kUnparsed);
  EXPECT_EQ(request.failures, 1);
  EXPECT_FALSE(request.last_error.empty());
  EXPECT_GT(request.due_at, rig.clock.wall_now());
  EXPECT_TRUE(request.messages.empty());
  EXPECT_FALSE(test::run(*rig.world, rig.ingress->parse_again(request)));
}

TEST_F(IngressTest, a_store_that_is_down_asks_the_application_to_come_again) {
  hub();
  EXPECT_EQ(send(of_hub(R"({"type":"push","n":0})", "d-0")), 202);
  rig.is_store_down = true;
  const auto answer = rig.receive(of_hub(R"({"type":"push"})", "d-1"));
  EXPECT_EQ(test::EventsRig::status_of(answer), 503);
  ASSERT_TRUE(answer.error);
  EXPECT_TRUE(answer.error->retry_after);
  rig.is_store_down = false;
  EXPECT_EQ(send(of_hub(R"({"type":"push"})", "d-1")), 202);
  EXPECT_THAT(stored(), SizeIs(2));
}

TEST_F(IngressTest, security_s26_one_challenge_a_second_is_answered) {
  rig.add_endpoint("signed", "signed-key");
  const auto challenge = [&] {
    auto arrival = test::EventsRig::arrival("signed", "signed-key", "");
    arrival.incoming.method = "GET";
    arrival.incoming.query_text = "challenge=abc";
    return rig.receive(std::move(arrival));
  };
  const auto first = challenge();
  EXPECT_EQ(first.reply.status, 200);
  EXPECT_EQ(first.reply.body, "abc");
  EXPECT_EQ(test::EventsRig::status_of(challenge()), 429);
  rig.clock.advance(model::Seconds{1});
  EXPECT_EQ(challenge().reply.status, 200);
  rig.clock.advance(model::Seconds{1});
  EXPECT_EQ(rig.receive(of_signed(R"({"type":"url_verification","challenge":"xyz"})")).reply.body, "xyz");
  rig.clock.advance(model::Seconds{1});
  EXPECT_EQ(send(of_signed(R"({"type":"url_verification","challenge":"xyz"})", "wrong")), 401) << "a signed challenge is verified first";
  EXPECT_THAT(stored(), IsEmpty());
}

TEST_F(IngressTest, security_s31_a_handshake_is_taken_once_and_only_while_the_window_is_open) {
  const auto endpoint = rig.add_endpoint("shake", "shake-key");
  const auto shake = [&](std::string secret) {
    rig.clock.advance(model::Seconds{1});
    return rig.receive(test::EventsRig::arrival("shake", "shake-key", "", {{"x-hook-secret", std::move(secret)}}));
  };
  EXPECT_GE(test::EventsRig::status_of(shake("attackers")), 400) << "no window was opened";
  rig.change(endpoint, R"({"accepts_handshake_for":60})");
  const auto taken = shake("genuine");
  EXPECT_EQ(taken.reply.status, 200);
  ASSERT_THAT(taken.reply.headers, SizeIs(1));
  EXPECT_EQ(taken.reply.headers[0].second, "genuine");
  EXPECT_GE(test::EventsRig::status_of(shake("attackers")), 400) << "the first value wins";
  const auto kept = rig.all<model::Endpoint>().front();
  ASSERT_THAT(kept.secrets, SizeIs(1));
  EXPECT_THAT(rig.event_types(), ElementsAre("endpoint.secret_received"));
  const std::string body = R"({"type":"a","id":"1"})";
  EXPECT_EQ(send(test::EventsRig::arrival("shake", "shake-key", body, {{"x-sig", test::EventsRig::hmac_hex("genuine", body)}})), 200);
  EXPECT_EQ(send(test::EventsRig::arrival("shake", "shake-key", body, {{"x-sig", test::EventsRig::hmac_hex("attackers", body)}})), 401);
  rig.clock.advance(model::Seconds{120});
  EXPECT_GE(test::EventsRig::status_of(shake("later")), 400);
}

TEST_F(IngressTest, security_s33_failed_verification_has_a_bucket_of_its_endpoint_and_source) {
  hub();
  const auto forged = [&](std::string source) {
    auto arrival = of_hub(R"({"type":"push"})", "d-1", "wrong");
    arrival.source = std::move(source);
    return send(std::move(arrival));
  };
  for (int i = 0; i < 20; ++i) EXPECT_EQ(forged("198.51.100.1"), 401) << i;
  EXPECT_EQ(forged("198.51.100.1"), 429);
  auto genuine = of_hub(R"({"type":"push"})", "d-1");
  EXPECT_EQ(send(genuine), 202) << "another source is not shed";
  genuine.source = "198.51.100.1";
  EXPECT_EQ(send(genuine), 429) << "before any work of verification";
  rig.clock.advance(model::Seconds{1});
  EXPECT_EQ(forged("198.51.100.1"), 401);
  for (int i = 0; i < 30; ++i) (void)forged(fmt::format("2001:db8:1:1::{:x}", i + 1));
  EXPECT_EQ(forged("2001:db8:1:1::ffff"), 429) << "one sender has a whole /64";
  EXPECT_THAT(rig.all<model::SeenEvent>(), SizeIs(2));
}

TEST_F(IngressTest, security_s33_refused_requests_are_kept_in_a_bounded_ring_in_memory) {
  const auto endpoint = hub();
  for (int i = 0; i < 100; ++i) {
    auto arrival = of_hub(fmt::format(R"({{"n":{}}})", i), "d-1", "wrong");
    arrival.source = fmt::format("198.51.100.{}", i);
    EXPECT_EQ(send(std::move(arrival)), 401);
  }
  const auto rejected = rig.ingress->rejected_of(endpoint.id);
  ASSERT_THAT(rejected, SizeIs(64));
  EXPECT_EQ(rejected.front().body, R"({"n":99})");
  EXPECT_EQ(rejected.front().reason, "signature_mismatch");
  auto large = of_hub(std::string(100'000, 'x'), "d-1", "wrong");
  large.source = "198.51.101.1";
  EXPECT_EQ(send(std::move(large)), 401);
  EXPECT_THAT(rig.ingress->rejected_of(endpoint.id).front().body, SizeIs(4096));
  EXPECT_EQ(rig.ingress->rejected_of(endpoint.id).front().body_bytes, 100'000U);
}

TEST_F(IngressTest, security_s34_static_proofs_are_masked_in_all_that_is_kept) {
  const auto endpoint = rig.change(rig.add_endpoint("token", "token-key"), R"({"secrets":{"token":"tok-12345678"}})");
  EXPECT_EQ(send(test::EventsRig::arrival("token", "token-key", R"({"type":"a","id":"1","passcode":"tok-12345678"})",
                                          {{"x-token", "tok-12345678"}})),
            200);
  ASSERT_THAT(stored(), SizeIs(1));
  const auto raw = rig.value_of(open_raw(*rig.keys, stored().front()));
  EXPECT_EQ(raw.incoming.headers.front().second, "***");
  EXPECT_THAT(raw.incoming.body, Not(HasSubstr("tok-12345678")));
  EXPECT_THAT(raw.incoming.path, Not(HasSubstr("token-key")));
  EXPECT_THAT(messages(stored().front())[0].payload, HasSubstr(R"("passcode":"***")"));
  EXPECT_EQ(
      send(test::EventsRig::arrival("token", "token-key", "{}", {{"x-token", "tok-of-another-endpoint"}, {"authorization", "Bearer abc"}})),
      401);
  const auto rejected = rig.ingress->rejected_of(endpoint.id).front();
  for (const auto& [name, value] : rejected.headers) EXPECT_EQ(value, "***") << name;
}

TEST_F(IngressTest, an_endpoint_of_one_connection_gives_its_requests_that_connection) {
  auto endpoint = rig.add_endpoint("signed", "signed-key");
  endpoint.connection = model::ConnectionId{"conn_1"};
  rig.put(endpoint);
  EXPECT_EQ(send(of_signed(R"({"type":"a","id":"1","team":"another"})")), 200);
  EXPECT_EQ(stored().front().connection.str(), "conn_1");
}

TEST_F(IngressTest, an_endpoint_that_is_gone_keeps_nothing) {
  const auto endpoint = rig.add_endpoint("signed", "signed-key");
  EXPECT_EQ(send(of_signed(R"({"type":"a","id":"1"})")), 200);
  rig.value_of(rig.store->apply({.writes = {ports::Erase{model::Kind::kEndpoint, endpoint.id.str()}}}));
  EXPECT_EQ(send(of_signed(R"({"type":"a","id":"2"})")), 404);
  EXPECT_THAT(stored(), SizeIs(1));
}

}  // namespace
}  // namespace valetkey::events
