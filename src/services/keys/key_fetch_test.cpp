#include "services/keys/key_fetch.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/json.hpp>

#include "support/recorded_metrics.hpp"
#include "support/run_task.hpp"
#include "support/scripted_http.hpp"
#include "support/signing_key.hpp"
#include "support/stepped_clock.hpp"

namespace valetkey::services {
namespace {

using test::ScriptedHttp;
using test::SigningKey;
using verify::KeyRequest;
using From = KeyRequest::From;

const SigningKey& a_key() {
  static const auto key = SigningKey::ec("P-256");
  return key;
}

std::string jwks(std::initializer_list<std::string_view> kids) {
  boost::json::array keys;
  for (const auto kid : kids) keys.push_back(a_key().jwk(kid));
  return boost::json::serialize(boost::json::object{{"keys", keys}});
}

class KeyFetching : public ::testing::Test {
 public:
  KeyRequest jwks_request(std::string kid = "") {
    return {.from = From::kJwks, .url = "https://keys.example/jwks", .hosts = {"keys.example"}, .kid = std::move(kid)};
  }
  KeyRequest endpoint_request(std::string kid) {
    KeyRequest request{.from = From::kEndpoint, .url = "https://keys.example/get", .hosts = {"keys.example"}, .kid = kid};
    request.method = "POST";
    request.body = model::Secret(R"({"secret":"client-secret","key_id":")" + kid + R"("})");
    request.key_path = "key";
    request.expired_path = "key.expired_at";
    return request;
  }
  KeyAnswer ask(KeyRequest request, const char* tenant = "ten_a") {
    return test::run(keys.keys(std::move(request), model::TenantId{tenant}));
  }
  /// Empty: there is a key.
  std::string_view reason(KeyRequest request, const char* tenant = "ten_a") {
    const auto answer = ask(std::move(request), tenant);
    return answer ? std::string_view{} : answer.error().reason;
  }

  test::SteppedClock clock;
  test::RecordedMetrics metrics;
  ScriptedHttp http;
  KeyFetch keys{http, clock, metrics, {}};
};

TEST_F(KeyFetching, reads_a_set_once_an_hour) {
  http.answer = [](const auto&) { return ScriptedHttp::reply(jwks({"a", "b"})); };
  const auto answer = ask(jwks_request("a"));
  ASSERT_TRUE(answer);
  EXPECT_EQ((*answer)->size(), 2U);
  clock.advance(model::Seconds{3599});
  EXPECT_TRUE(ask(jwks_request("b")));
  EXPECT_EQ(http.seen.size(), 1U);
  clock.advance(model::Seconds{1});
  EXPECT_TRUE(ask(jwks_request("a")));
  EXPECT_EQ(http.seen.size(), 2U);
  EXPECT_EQ(http.seen[0].method, "GET");
  EXPECT_EQ(http.seen[0].max_response, 256U << 10);
}

TEST_F(KeyFetching, keeps_a_set_for_less_where_it_says_so) {
  http.answer = [](const auto&) { return ScriptedHttp::reply(jwks({"a"}), 200, {{"cache-control", "public, max-age=120"}}); };
  EXPECT_TRUE(ask(jwks_request("a")));
  clock.advance(model::Seconds{119});
  EXPECT_TRUE(ask(jwks_request("a")));
  EXPECT_EQ(http.seen.size(), 1U);
  clock.advance(model::Seconds{1});
  EXPECT_TRUE(ask(jwks_request("a")));
  EXPECT_EQ(http.seen.size(), 2U);
}

TEST_F(KeyFetching, security_s30_an_unknown_key_id_asks_again_once_a_minute) {
  http.answer = [](const auto&) { return ScriptedHttp::reply(jwks({"a"})); };
  EXPECT_TRUE(ask(jwks_request("a")));
  for (int i = 0; i < 50; ++i) EXPECT_TRUE(ask(jwks_request("forged-" + std::to_string(i))));
  EXPECT_EQ(http.seen.size(), 1U);  // asked a moment ago
  clock.advance(model::Seconds{59});
  EXPECT_TRUE(ask(jwks_request("forged")));
  EXPECT_EQ(http.seen.size(), 1U);
  clock.advance(model::Seconds{1});
  http.answer = [](const auto&) { return ScriptedHttp::reply(jwks({"a", "new"})); };
  EXPECT_EQ((*ask(jwks_request("new")))->size(), 2U);
  EXPECT_EQ(http.seen.size(), 2U);
}

TEST_F(KeyFetching, a_failed_second_look_keeps_the_keys) {
  http.answer = [](const auto&) { return ScriptedHttp::reply(jwks({"a"})); };
  EXPECT_TRUE(ask(jwks_request("a")));
  clock.advance(model::Seconds{60});
  http.answer = [](const auto&) { return ScriptedHttp::unreachable(); };
  EXPECT_EQ(reason(jwks_request("new")), "key_unavailable");
  EXPECT_TRUE(ask(jwks_request("a")));
}

TEST_F(KeyFetching, a_failure_is_kept_for_half_a_minute) {
  http.answer = [](const auto&) { return ScriptedHttp::unreachable(); };
  const auto answer = ask(jwks_request());
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().reason, "key_unavailable");
  EXPECT_TRUE(answer.error().is_retryable);
  EXPECT_FALSE(ask(jwks_request()));
  EXPECT_EQ(http.seen.size(), 1U);
  clock.advance(model::Seconds{30});
  http.answer = [](const auto&) { return ScriptedHttp::reply(jwks({"a"})); };
  EXPECT_TRUE(ask(jwks_request()));
}

TEST_F(KeyFetching, security_s30_only_pinned_hosts_over_https) {
  http.answer = [](const auto&) { return ScriptedHttp::reply(jwks({"a"})); };
  const std::vector<std::string> hosts{"sns.*.amazonaws.com"};
  for (const auto* url :
       {"https://evil.example/a.pem", "http://sns.us-east-1.amazonaws.com/a.pem", "https://sns.us-east-1.amazonaws.com:8443/a.pem",
        "https://sns.a.b.amazonaws.com/a.pem", "https://sns..amazonaws.com/a.pem", "https://sns.us-east-1.amazonaws.com.evil.example/a.pem",
        "https://sns.us-east-1.amazonaws.com@evil.example/a.pem", "https://user@sns.us-east-1.amazonaws.com/a.pem",
        "https://sns.us-east-1.amazonaws.com/a.pem?x=.pem", "https://sns.us-east-1.amazonaws.com/a.txt", "https://127.0.0.1/a.pem",
        "https://[::1]/a.pem", "file:///etc/a.pem", "https://sns.us-east-1.amazonaws.com\\@evil.example/a.pem", ""}) {
    EXPECT_EQ(reason({.from = From::kCertificate, .url = url, .hosts = hosts, .path_suffix = ".pem"}), "key_url_refused") << url;
  }
  EXPECT_TRUE(http.seen.empty());
  EXPECT_NE(reason({.from = From::kCertificate, .url = "https://sns.us-east-1.amazonaws.com/a.pem", .hosts = hosts, .path_suffix = ".pem"}),
            "key_url_refused");
  EXPECT_EQ(http.seen.size(), 1U);
}

TEST_F(KeyFetching, http_is_for_a_pinned_loopback_host_alone) {
  http.answer = [](const auto&) { return ScriptedHttp::reply(jwks({"a"})); };
  EXPECT_TRUE(ask({.from = From::kJwks, .url = "http://127.0.0.1:8080/jwks", .hosts = {"127.0.0.1"}}));
  EXPECT_EQ(reason({.from = From::kJwks, .url = "http://127.0.0.1:8080/jwks2", .hosts = {"keys.example"}}), "key_url_refused");
}

TEST_F(KeyFetching, security_s30_redirects_and_other_answers_are_none) {
  for (const int status : {301, 302, 204, 404, 500}) {
    http.answer = [status](const auto&) { return ScriptedHttp::reply(jwks({"a"}), status, {{"location", "https://evil.example"}}); };
    EXPECT_EQ(reason({.from = From::kJwks, .url = "https://keys.example/" + std::to_string(status), .hosts = {"keys.example"}}),
              "key_unavailable")
        << status;
  }
}

TEST_F(KeyFetching, security_s30_a_hundred_keys_at_most) {
  const auto many = [](int count) {
    boost::json::array list;
    for (int i = 0; i < count; ++i) list.push_back(a_key().jwk(std::to_string(i)));
    return boost::json::serialize(boost::json::object{{"keys", list}});
  };
  http.answer = [&](const auto&) { return ScriptedHttp::reply(many(101)); };
  EXPECT_EQ(reason(jwks_request()), "key_invalid");
  clock.advance(model::Seconds{30});
  http.answer = [&](const auto&) { return ScriptedHttp::reply(many(100)); };
  EXPECT_EQ((*ask(jwks_request()))->size(), 100U);
}

TEST_F(KeyFetching, security_s30_new_certificates_are_bounded_per_host) {
  http.answer = [](const auto&) { return ScriptedHttp::unreachable(); };
  const auto ask_for = [&](int i, const std::string& host) {
    return reason({.from = From::kCertificate, .url = "https://" + host + "/" + std::to_string(i) + ".pem", .hosts = {"*.keys.example"}});
  };
  for (int i = 0; i < 40; ++i) EXPECT_EQ(ask_for(i, "a.keys.example"), "key_unavailable");
  EXPECT_EQ(http.seen.size(), 30U);
  EXPECT_EQ(ask_for(0, "b.keys.example"), "key_unavailable");
  EXPECT_EQ(http.seen.size(), 31U);
  // Those that failed are no cheaper when their failure is forgotten.
  clock.advance(model::Seconds{31});
  EXPECT_EQ(ask_for(0, "a.keys.example"), "key_unavailable");
  EXPECT_EQ(http.seen.size(), 31U);
  clock.advance(model::Seconds{29});
  EXPECT_EQ(ask_for(100, "a.keys.example"), "key_unavailable");
  EXPECT_EQ(http.seen.size(), 32U);
}

TEST_F(KeyFetching, asks_a_key_endpoint_with_the_client_secret) {
  http.answer = [](const auto&) {
    boost::json::object key = a_key().jwk("one");
    key["expired_at"] = nullptr;
    return ScriptedHttp::reply(boost::json::serialize(boost::json::object{{"key", key}}));
  };
  const auto answer = ask(endpoint_request("one"));
  ASSERT_TRUE(answer);
  EXPECT_EQ((*answer)->front().kid, "one");
  EXPECT_FALSE((*answer)->front().until);
  ASSERT_EQ(http.seen.size(), 1U);
  EXPECT_EQ(http.seen[0].method, "POST");
  EXPECT_TRUE(http.seen[0].body.contains("client-secret"));
  EXPECT_TRUE(ask(endpoint_request("one")));
  EXPECT_EQ(http.seen.size(), 1U);
}

TEST_F(KeyFetching, a_key_that_has_expired_says_when) {
  http.answer = [](const auto&) {
    boost::json::object key = a_key().jwk("one");
    key["expired_at"] = 1000;
    return ScriptedHttp::reply(boost::json::serialize(boost::json::object{{"key", key}}));
  };
  const auto answer = ask(endpoint_request("one"));
  ASSERT_TRUE(answer);
  EXPECT_EQ((*answer)->front().until, model::from_unix_ms(1'000'000));
}

TEST_F(KeyFetching, security_s30_forged_key_ids_use_up_their_own_tenants_budget) {
  http.answer = [](const auto&) { return ScriptedHttp::reply(R"({"error_code":"INVALID"})", 400); };
  for (int i = 0; i < 20; ++i) EXPECT_FALSE(ask(endpoint_request("forged-" + std::to_string(i))));
  EXPECT_EQ(http.seen.size(), 2U);
  const auto held = ask(endpoint_request("one-more"));
  EXPECT_EQ(held.error().reason, "key_unavailable");
  EXPECT_TRUE(held.error().is_retryable);
  EXPECT_EQ(reason(endpoint_request("forged-0")), "key_unknown");
  EXPECT_EQ(reason(endpoint_request("one-more"), "ten_b"), "key_unknown");
  EXPECT_EQ(http.seen.size(), 3U);
}

TEST_F(KeyFetching, those_who_come_together_make_one_request) {
  boost::asio::io_context context;
  http.answer = [](const auto&) { return ScriptedHttp::reply(jwks({"a"})); };
  http.on_request = [&]() -> ports::Task<void> { co_await clock.sleep_until(clock.boot_now() + model::Seconds{1}); };
  int answered = 0;
  for (int i = 0; i < 100; ++i)
    boost::asio::co_spawn(
        context,
        [](KeyFetch& fetch, KeyRequest request, int& count) -> ports::Task<void> {
          if (co_await fetch.keys(std::move(request), model::TenantId{"ten_a"})) ++count;
        }(keys, jwks_request("a"), answered),
        boost::asio::detached);
  context.poll();
  EXPECT_EQ(http.seen.size(), 1U);
  clock.advance(model::Seconds{1});
  context.restart();
  context.run();
  EXPECT_EQ(answered, 100);
  EXPECT_EQ(http.seen.size(), 1U);
}

TEST_F(KeyFetching, keys_of_no_use_are_left_out) {
  boost::json::array list{a_key().jwk("good")};
  list.push_back(boost::json::object{{"kty", "oct"}, {"kid", "secret"}, {"k", "AAAA"}});
  list.push_back(boost::json::object{{"kty", "RSA"}, {"kid", "small"}, {"n", "AQAB"}, {"e", "AQAB"}});
  list.push_back(
      boost::json::object{{"kty", "EC"}, {"kid", "off"}, {"crv", "P-256"}, {"x", std::string(43, 'A')}, {"y", std::string(43, 'A')}});
  auto encrypts = a_key().jwk("enc");
  encrypts["use"] = "enc";
  list.push_back(encrypts);
  auto signs = a_key().jwk("ops");
  signs["key_ops"] = boost::json::array{"sign"};
  list.push_back(signs);
  http.answer = [&](const auto&) { return ScriptedHttp::reply(boost::json::serialize(boost::json::object{{"keys", list}})); };
  const auto answer = ask(jwks_request());
  ASSERT_TRUE(answer);
  ASSERT_EQ((*answer)->size(), 1U);
  EXPECT_EQ((*answer)->front().kid, "good");
}

}  // namespace
}  // namespace valetkey::services
