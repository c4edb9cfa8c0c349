#include "http/dispatcher.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

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

}  // namespace
}  // namespace valetkey::http
