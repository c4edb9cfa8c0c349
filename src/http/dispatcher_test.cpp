#include "http/dispatcher.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/exchange.hpp"
#include "http/problem.hpp"
#include "http/service.hpp"
#include "support/api_rig.hpp"

namespace valetkey::http {
namespace {

using test::ApiRig;

struct Rig : ApiRig {
  explicit Rig(bool has_internal_listener = false) : ApiRig(has_internal_listener) {
    add_service_routes(router, vault.store, metrics, state);
    router.add({.method = "GET", .path = "/v1/things/{id}", .needs = scoped({}), .handler = [](Request& request) -> ports::Task<Response> {
                  if (request.parameter("id") == "throw") throw std::runtime_error("a bug near s3cr3t");
                  if (request.parameter("id") == "odd") throw 7;
                  if (request.parameter("id") == "away")
                    co_return problem_response({.code = model::Code::kStoreUnavailable, .detail = "read", .log = {"disk I/O error"}},
                                               request);
                  co_return text_response(200, "thing");
                }});
    state.keys_open = true;
  }
  ServiceState state;
};

TEST(Dispatcher, answers_404_and_405) {
  Rig rig;
  EXPECT_EQ(rig.call({.path = "/v1/nothing"}).status, 404);
  const auto response = rig.call({.method = "DELETE", .path = "/healthz"});
  EXPECT_EQ(response.status, 405);
  EXPECT_EQ(*response.header("Allow"), "GET, HEAD");
}

TEST(Dispatcher, an_exception_is_an_internal_error_with_its_cause_in_the_log_only) {
  Rig rig;
  const auto key = rig.key({});
  for (const auto* path : {"/v1/things/throw", "/v1/things/odd"}) {
    const auto response = rig.call({.path = path, .key = key});
    EXPECT_EQ(response.status, 500);
    EXPECT_EQ(ApiRig::code(response), "internal");
    EXPECT_EQ(response.body.find("s3cr3t"), std::string::npos);
  }
  EXPECT_TRUE(rig.log.holds("a bug near s3cr3t"));
  EXPECT_EQ(rig.call({.path = "/v1/things/x", .key = key}).status, 200);
}

TEST(Dispatcher, a_hot_route_leaves_what_it_cannot_answer_to_its_handler) {
  Rig rig;
  rig.router.add({.method = "GET",
                  .path = "/v1/hot/{id}",
                  .needs = scoped({}),
                  .handler = [](Request&) -> ports::Task<Response> { co_return text_response(200, "handler"); },
                  .at_once = [](Request& request) -> std::optional<Response> {
                    if (request.parameter("id") == "throw") throw std::runtime_error("a bug");
                    if (request.parameter("id") == "cold") return std::nullopt;
                    return text_response(200, "at once");
                  }});
  const auto key = rig.key({});
  const auto body = [&](std::string id) { return rig.call({.path = "/v1/hot/" + id, .key = key}).body; };
  EXPECT_EQ(body("x"), "handler") << "the key was not known yet";
  EXPECT_EQ(body("x"), "at once");
  EXPECT_EQ(body("cold"), "handler");
  EXPECT_EQ(body("throw"), "handler");
  EXPECT_EQ(rig.call({.path = "/v1/hot/x"}).status, 401);
  EXPECT_TRUE(rig.log.holds("request method=GET route=/v1/hot/{id} status=200"));
}

TEST(Dispatcher, the_error_id_is_in_the_answer_and_in_the_log) {
  Rig rig;
  const auto response = rig.call({.path = "/v1/things/away", .key = rig.key({})});
  const auto id = std::string(ApiRig::json(response).at("error_id").as_string());
  EXPECT_TRUE(rig.log.holds("request failed error_id=" + id + " code=store_unavailable detail=read cause=disk I/O error"))
      << rig.log.text();
}

TEST(Dispatcher, security_s22_the_log_holds_templates_never_paths_or_queries) {
  Rig rig;
  const auto key = rig.key({});
  rig.call({.path = "/v1/things/alice@example.com", .key = key, .query = "code=s3cr3t-code"});
  rig.call({.method = "GET\x1b", .path = "/v1/secret-path/x", .query = "token=s3cr3t"});
  const auto text = rig.log.text();
  EXPECT_THAT(text, testing::HasSubstr("request method=GET route=/v1/things/{id} status=200"));
  EXPECT_THAT(text, testing::HasSubstr("key=" + rig.last_key.id.str() + " tenant=ten_default"));
  EXPECT_THAT(text, testing::HasSubstr("request method=- route=unmatched status=404"));
  for (const auto* outside : {"alice", "s3cr3t", "secret-path", "\x1b"}) EXPECT_EQ(text.find(outside), std::string::npos) << outside;
  EXPECT_EQ(text.find(key), std::string::npos);
}

TEST(Dispatcher, security_s21_metric_labels_are_closed) {
  Rig rig;
  const auto key = rig.key({});
  for (const auto* path : {"/v1/things/a", "/v1/things/b", "/x/1", "/x/2"}) rig.call({.method = "GET", .path = path, .key = key});
  rig.call({.method = "MADEUP", .path = "/x"});
  const auto values = rig.metrics.values();
  EXPECT_EQ(values.at("valetkey_http_requests_total{GET,/v1/things/{id},2xx}"), 2);
  EXPECT_EQ(values.at("valetkey_http_requests_total{-,unmatched,-}"), 3);
  EXPECT_EQ(values.at("valetkey_http_request_seconds{/v1/things/{id}}"), 2);
  EXPECT_EQ(values.size(), 4u);
}

TEST(Dispatcher, security_s21_metrics_need_a_scope_or_the_internal_listener) {
  Rig shared;
  EXPECT_EQ(shared.call({.path = "/metrics"}).status, 401);
  EXPECT_EQ(shared.call({.path = "/metrics", .key = shared.key({Scope::kTokensRead})}).status, 403);
  const auto response = shared.call({.path = "/metrics", .key = shared.key({Scope::kMetricsRead})});
  EXPECT_EQ(response.status, 200);
  EXPECT_THAT(response.body, testing::HasSubstr("valetkey_http_requests_total"));
  Rig split(true);
  EXPECT_EQ(split.call({.path = "/metrics", .listener = Listener::kInternal}).status, 200);
  EXPECT_EQ(split.call({.path = "/metrics", .key = split.key({Scope::kMetricsRead}), .listener = Listener::kPublic}).status, 404);
}

TEST(Dispatcher, security_s21_the_api_is_not_on_the_public_listener_when_there_is_an_internal_one) {
  Rig split(true);
  const auto key = split.key({});
  EXPECT_EQ(split.call({.path = "/v1/things/x", .key = key, .listener = Listener::kPublic}).status, 404);
  EXPECT_EQ(split.call({.path = "/v1/things/x", .key = key, .listener = Listener::kInternal}).status, 200);
  EXPECT_EQ(split.call({.path = "/healthz", .listener = Listener::kPublic}).status, 200);
}

TEST(Service, lives_and_is_ready) {
  Rig rig;
  EXPECT_EQ(rig.call({.path = "/healthz"}).status, 200);
  EXPECT_EQ(rig.call({.path = "/readyz"}).body, R"({"status":"ready"})");
}

TEST(Service, tells_why_it_is_not_ready) {
  Rig rig;
  rig.state.draining = true;
  rig.state.keys_open = false;
  rig.vault.store.set_away(true);
  const auto response = rig.call({.path = "/readyz"});
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(response.body, R"({"status":"not_ready","reasons":["draining","key_ring_closed","store_unavailable"]})");
  EXPECT_EQ(rig.call({.path = "/healthz"}).status, 200);
}

/// An exchange that went as the test says.
struct FixedExchange final : Exchange {
  Sent fixed;
  ports::Departure gone;
  ports::BodySource* body() override { return nullptr; }
  ports::Departure& departure() override { return gone; }
  ports::Answer<void> begin(int, Pairs, std::optional<std::uint64_t>) override { co_return model::Result<void>{}; }
  ports::Answer<void> write(std::string_view) override { co_return model::Result<void>{}; }
  [[nodiscard]] Sent sent() const override { return fixed; }
};

struct StreamRoutes : ApiRig {
  using ApiRig::ApiRig;
  Route& add(const Needs& needs) {
    router.add({.method = std::string(kAnyMethod),
                .path = "/p/{path...}",
                .needs = needs,
                .handler = [this](Request&) -> ports::Task<Response> { co_return response; },
                .streams = true});
    return *router.routes().back();
  }
  static Request request(std::string method, std::string path, const std::string& key = {}) {
    Request request;
    request.method = std::move(method);
    request.path = std::move(path);
    request.request_id = "r";
    if (!key.empty()) request.headers.emplace_back("authorization", "Bearer " + key);
    return request;
  }
  Response response{.status = 200};
};

TEST(Dispatcher, knows_before_the_body_whether_a_route_streams) {
  StreamRoutes rig;
  rig.add(scoped({}));
  rig.router.add(
      {.method = "GET", .path = "/b", .needs = nobody(), .handler = [](Request&) -> ports::Task<Response> { co_return Response{}; }});
  auto streamed = StreamRoutes::request("POST", "/p/a//b%2F");
  EXPECT_TRUE(rig.dispatcher().streams(streamed));
  EXPECT_EQ(streamed.parameter("path"), "a//b%2F");
  for (const auto* path : {"/b", "/none"}) {
    auto other = StreamRoutes::request("GET", path);
    EXPECT_FALSE(rig.dispatcher().streams(other));
  }
  StreamRoutes split(true);
  split.add(scoped({}));
  auto outside = StreamRoutes::request("GET", "/p/a");
  EXPECT_FALSE(split.dispatcher().streams(outside));
}

TEST(Dispatcher, security_s23_a_key_that_was_revoked_is_not_allowed_any_more) {
  StreamRoutes rig;
  const auto& route = rig.add(scoped({Scope::kProxy}));
  auto request = StreamRoutes::request("GET", "/p/a", rig.key({Scope::kProxy}));
  request.route = &route;
  EXPECT_TRUE(test::run(rig.dispatcher().still_allowed(request)));
  auto other = StreamRoutes::request("GET", "/p/a", rig.key({Scope::kTokensRead}));
  other.route = &route;
  EXPECT_EQ(test::run(rig.dispatcher().still_allowed(other)).error().code, model::Code::kForbidden);
  auto revoked = StreamRoutes::request("GET", "/p/a", rig.key({Scope::kProxy}));
  revoked.route = &route;
  EXPECT_TRUE(test::run(rig.dispatcher().still_allowed(revoked)));
  ports::Unit unit;
  unit.writes.emplace_back(ports::Erase{.kind = model::Kind::kApiKey, .id = rig.last_key.id.str()});
  rig.apply(std::move(unit));
  EXPECT_EQ(test::run(rig.dispatcher().still_allowed(revoked)).error().code, model::Code::kUnauthenticated);
}

TEST(Dispatcher, the_log_tells_the_bytes_of_a_stream_and_whether_it_was_cut) {
  struct Case {
    const char* name;
    Exchange::Sent sent;
    bool is_streamed;
    bool is_cut;
    const char* logged;
  };
  for (const auto& [name, sent, is_streamed, is_cut, logged] :
       {Case{"whole", {.bytes = 7, .has_begun = true}, true, false, "bytes=7 cut=false"},
        Case{"short", {.bytes = 7, .has_begun = true, .is_whole = false}, true, false, "bytes=7 cut=true"},
        Case{"cut by the handler", {.bytes = 7, .has_begun = true}, true, true, "bytes=7 cut=true"},
        Case{"failed", {.bytes = 7, .has_begun = true}, false, false, "bytes=7 cut=true"},
        Case{"not begun", {}, false, false, "bytes=4 cut=false"}}) {
    StreamRoutes rig;
    rig.add(nobody());
    rig.response = text_response(200, "body");
    rig.response.is_streamed = is_streamed;
    rig.response.is_cut = is_cut;
    FixedExchange exchange;
    exchange.fixed = sent;
    auto request = StreamRoutes::request("BREW", "/p/secret");
    request.exchange = &exchange;
    test::run(rig.dispatcher().answer(request));
    EXPECT_THAT(rig.log.text(), testing::HasSubstr(logged)) << name;
    EXPECT_THAT(rig.log.text(), testing::HasSubstr("method=other route=/p/{path...} status=200")) << name;
  }
}

}  // namespace
}  // namespace valetkey::http
