#include "calls/account_calls.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "calls/token_signals.hpp"
#include "support/engine_rig.hpp"
#include "support/scripted_upstream.hpp"

namespace valetkey::calls {
namespace {

using model::Code;
using namespace std::chrono_literals;
using test::EngineRig;
using test::run;
using test::ScriptedReply;
using test::TextBody;
using testing::Contains;
using testing::Key;
using testing::Not;
using testing::Pair;

constexpr int kUnauthorized = 401;

model::Integration integration_with(model::ProxyFacts facts) {
  auto integration = EngineRig::plain_integration();
  integration.proxy = std::move(facts);
  return integration;
}

/// What a caller gets, read to its end.
struct Received {
  int status = 0;
  ports::Headers headers;
  Warning warning = Warning::kNone;
  std::string body;
  std::optional<std::uint64_t> size;
  std::optional<model::Error> broken;
};

class CallsRig : public EngineRig {
 public:
  explicit CallsRig(model::ProxyFacts facts = {}) : EngineRig(integration_with(std::move(facts))) { open(); }
  explicit CallsRig(model::Integration integration) : EngineRig(std::move(integration)) { open(); }

  struct Asked {
    std::string method = "GET";
    std::string_view path = "users";
    std::optional<std::string_view> query;
    ports::BodySource* body = nullptr;
    oauth::Permission permission;
    std::optional<model::TenantId> other_tenant;
  };

  ports::Answer<Received> received(model::ConnectionId connection, Asked asked) {
    auto reply = co_await calls->send({.tenant = asked.other_tenant.value_or(tenant),
                                       .connection = connection,
                                       .method = asked.method,
                                       .below = {.path = asked.path, .query = asked.query},
                                       .headers = headers,
                                       .body = asked.body,
                                       .permission = asked.permission});
    if (!reply) co_return model::fail(std::move(reply.error()));
    Received out{reply->status, reply->headers, reply->warning};
    out.size = reply->body->size();
    for (;;) {
      auto piece = co_await reply->body->read();
      if (!piece) out.broken = piece.error();
      if (!piece || piece->empty()) co_return out;
      out.body += *piece;
    }
  }
  model::Result<Received> call(const model::Connection& connection, Asked asked) {
    return run(*world, received(connection.id, std::move(asked)));
  }
  model::Result<Received> call(const model::Connection& connection) { return call(connection, Asked{}); }

  /// An API that takes only the token that the provider gave last.
  void require_live_token() {
    upstream.answer = [this](const auto& seen) {
      const auto sent = seen.header("authorization");
      const bool is_live = sent.starts_with("Bearer ") && provider.is_alive(sent.substr(7));
      return is_live ? ScriptedReply{} : ScriptedReply{.status = kUnauthorized, .pieces = {"expired"}};
    };
  }
  [[nodiscard]] double counted(const std::string& outcome) const {
    const auto values = metrics.values();
    const auto found = values.find("valetkey_proxy_calls_total{" + outcome + "}");
    return found == values.end() ? 0 : found->second;
  }

  test::ScriptedUpstream upstream;
  ports::Headers headers;
  std::unique_ptr<AccountCalls> calls;

 private:
  void open() {
    calls = std::make_unique<AccountCalls>(AccountCalls::World{.tokens = *tokens, .upstream = upstream, .clock = clock, .metrics = metrics},
                                           AccountCalls::Settings{.connect_within = 1s, .head_within = 2s, .idle_for = 3s});
  }
};

TEST(AccountCalls, calls_below_the_base_uri_with_the_token) {
  CallsRig rig;
  const auto connection = rig.connect();
  rig.headers = {{"accept", "text/plain"}, {"authorization", "Bearer of the caller"}};
  const auto reply = rig.call(connection);
  ASSERT_TRUE(reply) << reply.error().detail;
  EXPECT_EQ(reply->body, "ok");
  ASSERT_EQ(rig.upstream.seen.size(), 1U);
  const auto& seen = rig.upstream.seen[0];
  EXPECT_EQ(model::origin_of(seen.request.origin), "https://sim.example");
  EXPECT_EQ(seen.request.target, "/api/users");
  EXPECT_EQ(seen.request.method, "GET");
  EXPECT_THAT(seen.request.headers,
              testing::ElementsAre(Pair("accept", "text/plain"), Pair("authorization", testing::HasSubstr("first-access"))));
  EXPECT_EQ(seen.request.tenant, rig.tenant);
  EXPECT_EQ(seen.request.credential, connection.credential);
  EXPECT_EQ(seen.request.connect_within, 1s);
  EXPECT_EQ(seen.request.head_within, 2s);
  EXPECT_EQ(seen.request.idle_for, 3s);
  EXPECT_EQ(rig.counted("ok"), 1);
}

TEST(AccountCalls, refresh_rule_09_401_makes_one_refresh_and_one_repeat) {
  CallsRig rig;
  const auto connection = rig.connect();
  rig.require_live_token();
  const auto reply = rig.call(connection);
  ASSERT_TRUE(reply) << reply.error().detail;
  EXPECT_EQ(reply->status, 200);
  EXPECT_EQ(reply->warning, Warning::kNone);
  EXPECT_EQ(rig.provider.token_requests(), 1U);
  EXPECT_EQ(rig.upstream.seen.size(), 2U);
  EXPECT_EQ(rig.counted("repeated"), 1);
  ASSERT_TRUE(rig.call(connection));
  EXPECT_EQ(rig.upstream.seen.size(), 3U) << "the next call has the new token";
}

TEST(AccountCalls, refresh_rule_18_security_s24_a_hundred_callers_with_one_401_make_one_refresh) {
  CallsRig rig;
  const auto connection = rig.connect();
  rig.require_live_token();
  rig.provider.script.push_back({.delay = 500ms});
  std::vector<std::shared_ptr<std::optional<model::Result<Received>>>> calls;
  for (int i = 0; i < 100; ++i) calls.push_back(rig.start(rig.received(connection.id, {})));
  rig.until([&] { return rig.provider.token_requests() == 1; });
  rig.pass(1s);
  rig.until([&] { return std::ranges::all_of(calls, [](const auto& call) { return call->has_value(); }); });
  for (const auto& call : calls) EXPECT_EQ((**call)->status, 200);
  EXPECT_EQ(rig.provider.token_requests(), 1U);
  EXPECT_EQ(rig.upstream.seen.size(), 200U) << "one repeat each";
}

TEST(AccountCalls, security_s24_a_new_token_that_is_refused_too_is_not_renewed_again) {
  CallsRig rig;
  const auto connection = rig.connect();
  rig.upstream.answer = [](const auto&) { return ScriptedReply{.status = kUnauthorized, .pieces = {"never"}}; };
  const auto reply = rig.call(connection);
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->status, kUnauthorized);
  EXPECT_EQ(reply->body, "never");
  EXPECT_EQ(rig.provider.token_requests(), 1U);
  EXPECT_EQ(rig.upstream.seen.size(), 2U);
}

struct BodyCase {
  const char* name;
  std::vector<std::string> pieces;
  bool tells_size;
  bool is_repeated;
};

TEST(AccountCalls, body_that_was_kept_is_sent_again) {
  const std::string most(kMostKept, 'x');
  const BodyCase cases[] = {
      {"small", {"he", "llo"}, true, true},
      {"empty", {}, true, true},
      {"small, chunked", {"he", "llo"}, false, true},
      {"the most", {most}, true, true},
      {"the most, chunked", {most.substr(1), "y"}, false, true},
      {"one byte more", {most, "y"}, true, false},
      {"one byte more, chunked", {most, "y"}, false, false},
  };
  for (const auto& [name, pieces, tells_size, is_repeated] : cases) {
    CallsRig rig;
    const auto connection = rig.connect();
    rig.require_live_token();
    TextBody body(pieces, tells_size);
    const auto reply = rig.call(connection, {.method = "POST", .body = &body});
    ASSERT_TRUE(reply) << name;
    EXPECT_EQ(rig.provider.token_requests(), 1U) << name;
    EXPECT_EQ(reply->status, is_repeated ? 200 : kUnauthorized) << name;
    EXPECT_EQ(reply->warning, is_repeated ? Warning::kNone : Warning::kNotRepeated) << name;
    ASSERT_EQ(rig.upstream.seen.size(), is_repeated ? 2U : 1U) << name;
    EXPECT_EQ(rig.upstream.seen.back().body, rig.upstream.seen.front().body) << name;
    if (is_repeated) EXPECT_EQ(rig.upstream.seen.back().size, rig.upstream.seen.front().body.size()) << name;
  }
}

TEST(AccountCalls, a_request_that_was_not_sent_whole_is_not_repeated_and_its_token_is_renewed) {
  CallsRig rig;
  const auto connection = rig.connect();
  rig.upstream.script.push_back({.status = kUnauthorized, .pieces = {"no"}, .reads_body = false});
  TextBody body({"hello"});
  const auto reply = rig.call(connection, {.method = "POST", .body = &body});
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->status, kUnauthorized);
  EXPECT_EQ(reply->body, "no");
  EXPECT_THAT(reply->headers, Contains(Pair("Valetkey-Warning", "not_repeated")));
  EXPECT_EQ(rig.provider.token_requests(), 1U);
  EXPECT_EQ(rig.counted("not_repeated"), 1);
  EXPECT_EQ(body.reads, 0);
}

TEST(AccountCalls, security_s24_refresh_rule_05_where_the_token_cannot_be_renewed_the_apis_own_answer_is_handed_on) {
  CallsRig rig;
  const auto connection = rig.connect();
  rig.provider.script.push_back({.status = 400, .body = R"({"error":"invalid_grant"})"});
  rig.upstream.script.push_back({.status = kUnauthorized, .headers = {{"WWW-Authenticate", "Bearer"}}, .pieces = {"who ", "are you"}});
  const auto reply = rig.call(connection);
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->status, kUnauthorized);
  EXPECT_EQ(reply->body, "who are you");
  EXPECT_THAT(reply->headers, Contains(Pair("WWW-Authenticate", "Bearer")));
  EXPECT_THAT(reply->headers, Contains(Pair("Valetkey-Warning", "refresh_failed")));
  EXPECT_EQ(rig.upstream.seen.size(), 1U);
}

model::ProxyFacts with_body_rule() {
  model::ProxyFacts facts;
  facts.expired_body = {.statuses = {200}, .path = "error", .values = {"token_expired"}};
  return facts;
}

ScriptedReply json_reply(std::vector<std::string> pieces, bool tells_size = true) {
  return {.status = 200, .headers = {{"Content-Type", "application/json"}}, .pieces = std::move(pieces), .tells_size = tells_size};
}

TEST(AccountCalls, refresh_rule_09_a_body_that_tells_of_an_expired_token_makes_a_repeat) {
  for (const bool tells_size : {true, false}) {
    CallsRig rig(with_body_rule());
    const auto connection = rig.connect();
    rig.upstream.script.push_back(json_reply({R"({"error":"tok)", R"(en_expired"})"}, tells_size));
    const auto reply = rig.call(connection);
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->body, "ok");
    EXPECT_EQ(rig.provider.token_requests(), 1U);
  }
}

TEST(AccountCalls, a_body_that_was_looked_into_is_handed_on_unchanged) {
  const std::string most = "\"" + std::string(kMostKept - 2, 'x') + "\"";
  const BodyCase cases[] = {
      {"no match", {R"({"error":)", R"("other"})"}, true, false},
      {"no match, chunked", {R"({"error":)", R"("other"})"}, false, false},
      {"no JSON", {"{"}, true, false},
      {"empty", {}, true, false},
      {"the most", {most}, true, false},
      {"longer", {most, " ", most}, true, false},
      {"longer, chunked", {most, " ", most}, false, false},
  };
  for (const auto& [name, pieces, tells_size, unused] : cases) {
    CallsRig rig(with_body_rule());
    const auto connection = rig.connect();
    rig.upstream.script.push_back(json_reply(pieces, tells_size));
    const auto reply = rig.call(connection);
    ASSERT_TRUE(reply) << name;
    std::string whole;
    for (const auto& piece : pieces) whole += piece;
    EXPECT_EQ(reply->body, whole) << name;
    if (tells_size) EXPECT_EQ(reply->size, whole.size()) << name;
    EXPECT_FALSE(reply->broken) << name;
    EXPECT_EQ(rig.provider.token_requests(), 0U) << name;
  }
}

TEST(AccountCalls, a_body_that_breaks_while_it_is_looked_into_breaks_for_the_caller) {
  CallsRig rig(with_body_rule());
  const auto connection = rig.connect();
  auto broken = json_reply({R"({"error":)"}, false);
  broken.end = model::Error{.code = Code::kUpstreamBroken, .detail = "reset"};
  rig.upstream.script.push_back(broken);
  const auto reply = rig.call(connection);
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->body, R"({"error":)");
  ASSERT_TRUE(reply->broken);
  EXPECT_EQ(reply->broken->code, Code::kUpstreamBroken);
}

TEST(AccountCalls, security_s15_a_path_that_leads_out_causes_nothing) {
  CallsRig rig;
  const auto connection = rig.connect();
  rig.clock.advance(3601s);
  const auto reply = rig.call(connection, {.path = "%2e%2e/admin"});
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, Code::kInvalidInput);
  EXPECT_EQ(rig.provider.token_requests(), 0U);
  EXPECT_TRUE(rig.upstream.seen.empty());
}

TEST(AccountCalls, security_s17_a_connection_that_is_not_permitted_looks_like_none_and_nothing_is_caused) {
  CallsRig rig;
  const auto connection = rig.connect();
  rig.clock.advance(3601s);
  const auto refused = rig.call(connection, {.permission = [](const model::Connection&) { return false; }});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::kNotFound);
  const auto foreign = rig.call(connection, {.other_tenant = model::TenantId{"ten_other"}});
  ASSERT_FALSE(foreign);
  EXPECT_EQ(foreign.error().code, Code::kNotFound);
  EXPECT_EQ(foreign.error().detail, refused.error().detail);
  EXPECT_EQ(rig.provider.token_requests(), 0U);
  EXPECT_TRUE(rig.upstream.seen.empty());
}

TEST(AccountCalls, without_a_base_uri_there_is_nothing_to_call) {
  auto integration = EngineRig::plain_integration();
  integration.base_uri.clear();
  CallsRig rig(integration);
  const auto reply = rig.call(rig.connect());
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, Code::kConflict);
  EXPECT_NE(reply.error().detail.find("base_uri"), std::string::npos);
}

TEST(AccountCalls, headers_and_parameters_of_the_integration_are_filled_by_the_connection) {
  auto integration = integration_with({});
  integration.base_uri = "https://{site}.sim.example/v1";
  integration.placeholders = {{.name = "site", .filled_by = model::FilledBy::kEndUser, .choices = {"eu", "us"}, .default_value = "eu"}};
  integration.proxy.headers = {{"X-Site", "at {site}"}, {"X-Token", "{access_token}!"}};
  integration.proxy.query = {{"the key", "{access_token}"}, {"site", "{site} & more"}};
  CallsRig rig(integration);
  const auto connection = rig.connect();
  ASSERT_TRUE(rig.call(connection, {.path = "a", .query = "site=us"}));
  const auto& seen = rig.upstream.seen.at(0);
  EXPECT_EQ(seen.request.origin.host, "eu.sim.example");
  EXPECT_EQ(seen.header("x-site"), "at eu");
  EXPECT_THAT(seen.header("x-token"), testing::MatchesRegex("first-access-.*!"));
  EXPECT_THAT(seen.request.target, testing::EndsWith("&site=eu%20%26%20more"));
  EXPECT_NE(seen.request.target.find("the%20key=first-access-"), std::string::npos);
  EXPECT_THAT(seen.request.headers, Not(Contains(Key("authorization"))));
}

TEST(AccountCalls, rate_limits_are_counted_and_told_by_retry_after) {
  model::ProxyFacts facts;
  facts.rate_limit = {.reset_header = "x-reset", .reset_unit = model::ResetUnit::kUnixSeconds};
  CallsRig rig(facts);
  const auto connection = rig.connect();
  const auto reset = std::to_string(model::to_unix_ms(rig.clock.wall_now()) / 1000 + 42);
  rig.upstream.script.push_back({.status = 429, .headers = {{"X-Reset", reset}}});
  rig.upstream.script.push_back({.status = 429, .headers = {{"X-Reset", reset}, {"Retry-After", "7"}}});
  auto reply = rig.call(connection);
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->status, 429);
  EXPECT_THAT(reply->headers, Contains(Pair("Retry-After", "42")));
  reply = rig.call(connection);
  ASSERT_TRUE(reply);
  EXPECT_THAT(reply->headers, Contains(Pair("Retry-After", "7")));
  EXPECT_THAT(reply->headers, Not(Contains(Pair("Retry-After", "42"))));
  EXPECT_EQ(rig.counted("rate_limited"), 2);
}

TEST(AccountCalls, failures_keep_their_meaning) {
  for (const auto code :
       {Code::kEgressDenied, Code::kUpstreamUnreachable, Code::kUpstreamTimeout, Code::kUpstreamBroken, Code::kCallerGone}) {
    CallsRig rig;
    rig.upstream.script.push_back({.failure = model::Error{.code = code, .detail = "it failed"}});
    const auto reply = rig.call(rig.connect());
    ASSERT_FALSE(reply);
    EXPECT_EQ(reply.error().code, code);
    EXPECT_EQ(rig.counted(std::string(model::facts(code).code)), 1);
    EXPECT_EQ(rig.provider.token_requests(), 0U);
  }
}

}  // namespace
}  // namespace valetkey::calls
