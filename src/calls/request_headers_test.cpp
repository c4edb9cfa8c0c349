#include "calls/request_headers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace valetkey::calls {
namespace {

using ports::Headers;
using testing::ElementsAre;
using testing::Pair;

Api api_with(std::vector<std::pair<std::string, std::string>> before_token) {
  Api api{.base = model::parse_endpoint_url("https://api.example").value()};
  for (auto& [name, text] : before_token) {
    api.headers.push_back({name, {}});
    api.headers.back().value.add(text);
    api.headers.back().value.add_token();
  }
  return api;
}

Headers sent_on(const Headers& sent) { return request_headers(sent, api_with({{"authorization", "Bearer "}}), "token").value(); }

TEST(RequestHeaders, pass_in_their_order_and_the_integrations_follow) {
  const Headers sent{{"accept", "*/*"}, {"x-custom", "1"}, {"x-custom", "2"}, {"content-type", "text/plain"}};
  EXPECT_THAT(sent_on(sent), ElementsAre(Pair("accept", "*/*"), Pair("x-custom", "1"), Pair("x-custom", "2"),
                                         Pair("content-type", "text/plain"), Pair("authorization", "Bearer token")));
}

TEST(RequestHeaders, idempotency_key_and_trace_context_pass) {
  const Headers sent{{"idempotency-key", "k"}, {"traceparent", "00-a"}, {"tracestate", "b"}, {"origin", "https://app.example"}};
  EXPECT_THAT(sent_on(sent), ElementsAre(Pair("idempotency-key", "k"), Pair("traceparent", "00-a"), Pair("tracestate", "b"),
                                         Pair("origin", "https://app.example"), Pair("authorization", "Bearer token")));
}

TEST(RequestHeaders, security_s16_checklist_22_credentials_framing_and_traces_of_proxies_do_not_pass) {
  for (const auto* name : {"authorization",
                           "cookie",
                           "cookie2",
                           "proxy-authorization",
                           "proxy-connection",
                           "proxy-anything",
                           "forwarded",
                           "x-forwarded-for",
                           "x-forwarded-host",
                           "x-forwarded-anything",
                           "x-real-ip",
                           "via",
                           "host",
                           "te",
                           "trailer",
                           "expect",
                           "connection",
                           "keep-alive",
                           "transfer-encoding",
                           "content-length",
                           "x-original-url",
                           "x-rewrite-url",
                           "valetkey-anything",
                           "http2-settings",
                           "x_forwarded_for",
                           "content_length",
                           "transfer_encoding"})
    EXPECT_THAT(sent_on({{name, "x"}}), ElementsAre(Pair("authorization", "Bearer token"))) << name;
}

TEST(RequestHeaders, security_s16_what_connection_names_does_not_pass_but_what_is_injected_does) {
  const Headers sent{{"connection", "Authorization, X-Secret , close"},
                     {"x-secret", "1"},
                     {"authorization", "Bearer mine"},
                     {"x-b", "2"},
                     {"connection", "x-b"}};
  EXPECT_THAT(sent_on(sent), ElementsAre(Pair("authorization", "Bearer token")));
}

TEST(RequestHeaders, security_s16_names_that_the_integration_sets_are_not_the_callers) {
  const auto api = api_with({{"x-access-token", ""}, {"x-version", "7 "}});
  const Headers sent{{"x-access-token", "evil"},       {"x_access_token", "evil"}, {"x-access_token", "evil"},
                     {"authorization", "Bearer mine"}, {"x-version", "8"},         {"connection", "x-access-token"}};
  EXPECT_THAT(request_headers(sent, api, "token").value(), ElementsAre(Pair("x-access-token", "token"), Pair("x-version", "7 token")));
}

TEST(RequestHeaders, security_s14_upgrade_is_refused_and_an_offer_of_h2c_is_not_taken) {
  const auto api = api_with({});
  const auto refused = request_headers({{"connection", "upgrade"}, {"upgrade", "websocket"}}, api, "token");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, model::Code::kNotSupported);
  EXPECT_FALSE(request_headers({{"upgrade", "h2c, websocket"}}, api, "token"));
  EXPECT_THAT(request_headers({{"connection", "Upgrade, HTTP2-Settings"}, {"upgrade", "h2c"}, {"http2-settings", "AAM"}}, api, "t").value(),
              ElementsAre());
}

TEST(RequestHeaders, security_s16_a_token_cannot_make_a_header_of_its_own) {
  EXPECT_EQ(request_headers({}, api_with({{"authorization", "Bearer "}}), "a\r\nX-Evil: 1").error().code, model::Code::kProviderRejected);
}

TEST(RequestHeaders, what_must_be_read_comes_uncompressed) {
  auto api = api_with({});
  const Headers sent{{"accept-encoding", "gzip"}};
  EXPECT_THAT(request_headers(sent, api, "t").value(), ElementsAre(Pair("accept-encoding", "gzip")));
  api.reads_bodies = true;
  EXPECT_THAT(request_headers(sent, api, "t").value(), ElementsAre(Pair("accept-encoding", "identity")));
}

}  // namespace
}  // namespace valetkey::calls
