#include "http/idempotency.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/problem.hpp"
#include "model/digest.hpp"
#include "support/api_rig.hpp"

namespace valetkey::http {
namespace {

using namespace std::chrono_literals;
using test::ApiRig;

/// POST /things makes a thing in one unit with the record of its answer; /loose has no unit; /secret answers a secret; /slow takes 5 s.
struct Rig : ApiRig {
  Rig() {
    add("/things", [this](Request& request) { return make(request, false); });
    add("/things/{id}", [this](Request& request) { return make(request, false); });
    add("/secret", [this](Request& request) { return make(request, true); });
    add("/loose", [this](Request&) -> ports::Task<Response> { co_return json_response(202, ++made); });
    add("/fails", [this](Request& request) -> ports::Task<Response> {
      ++made;
      co_return problem_response({.code = model::Code::kConflict}, request);
    });
    add("/slow", [this](Request&) -> ports::Task<Response> {
      co_await vault.clock.sleep_until(vault.clock.boot_now() + 5s);
      co_return json_response(200, ++made);
    });
  }
  void add(std::string path, Handler handler) {
    router.add({.method = "POST", .path = std::move(path), .needs = scoped({}), .handler = std::move(handler), .idempotent = true});
  }
  ports::Task<Response> make(Request& request, bool holds_secret) {
    const auto id = "thing_" + std::to_string(++made);
    auto response = json_response(201, boost::json::object{{"id", id}, {"token", "s3cr3t-token"}});
    response.holds_secret = holds_secret;
    response.resource_id = id;
    response.set("Location", "/things/" + id);
    response.set("X-Not-Kept", "1");
    ports::Unit unit;
    unit.writes.emplace_back(ports::Put{{.kind = model::Kind::kFlow, .id = id, .columns = {std::int64_t{1}}, .doc = "{}"}});
    keep_answer(request, unit, response);
    if (auto applied = co_await vault.store.apply(std::move(unit)); !applied) co_return problem_response(applied.error(), request);
    co_return response;
  }
  Response post(std::string path, std::string idempotency_key, std::string body = "{}", std::string as = {}) {
    return call({.method = "POST",
                 .path = std::move(path),
                 .key = as.empty() ? own_key : std::move(as),
                 .headers = {{"idempotency-key", std::move(idempotency_key)}},
                 .body = std::move(body)});
  }

  int made = 0;
  std::string own_key = key({});
};

TEST(Idempotency, security_s19_a_repeat_gets_the_first_answer_and_makes_nothing) {
  Rig rig;
  const auto first = rig.post("/things", "k");
  const auto second = rig.post("/things", "k");
  EXPECT_EQ(first.status, 201);
  EXPECT_EQ(second.status, 201);
  EXPECT_EQ(second.body, first.body);
  EXPECT_EQ(*second.header("Location"), "/things/thing_1");
  EXPECT_EQ(*second.header("Content-Type"), "application/json");
  EXPECT_EQ(*second.header("Idempotency-Replayed"), "true");
  EXPECT_EQ(second.header("X-Not-Kept"), nullptr);
  EXPECT_EQ(first.header("Idempotency-Replayed"), nullptr);
  EXPECT_EQ(rig.made, 1);
}

TEST(Idempotency, security_s19_another_body_is_a_conflict) {
  Rig rig;
  rig.post("/things", "k", R"({"a":1})");
  const auto response = rig.post("/things", "k", R"({"a":2})");
  EXPECT_EQ(response.status, 409);
  EXPECT_EQ(ApiRig::code(response), "idempotency_conflict");
  EXPECT_EQ(rig.made, 1);
}

TEST(Idempotency, security_s19_records_belong_to_key_method_and_path) {
  Rig rig;
  const auto other = rig.key({});
  rig.post("/things", "k");
  rig.post("/things", "k", "{}", other);  // another caller must not see the answer of the first
  rig.post("/things/a", "k");
  rig.post("/things/b", "k");
  rig.post("/things", "K");
  EXPECT_EQ(rig.made, 5);
}

TEST(Idempotency, security_s19_an_answer_with_a_secret_is_not_kept) {
  Rig rig;
  EXPECT_THAT(rig.post("/secret", "k").body, testing::HasSubstr("s3cr3t-token"));
  const auto repeat = rig.post("/secret", "k");
  EXPECT_EQ(repeat.status, 409);
  EXPECT_EQ(ApiRig::json(repeat).at("resource_id").as_string(), "thing_1");
  EXPECT_EQ(rig.made, 1);
  for (const auto& [id, row] : rig.vault.store.rows()) EXPECT_EQ(row.doc.find("s3cr3t-token"), std::string::npos);
}

TEST(Idempotency, security_s19_a_body_with_a_secret_leaves_only_a_keyed_digest) {
  Rig rig;
  rig.post("/things", "k", R"({"client_secret":"hunter2"})");
  for (const auto& [id, row] : rig.vault.store.rows()) {
    EXPECT_EQ(row.doc.find("hunter2"), std::string::npos);
    EXPECT_EQ(row.doc.find(model::to_hex(model::sha256(R"({"client_secret":"hunter2"})"))), std::string::npos);
  }
}

TEST(Idempotency, security_s19_effect_and_record_are_one_unit) {
  Rig rig;
  rig.vault.store.before_apply = [&](const ports::Unit& unit) -> std::optional<model::Error> {
    EXPECT_EQ(unit.writes.size(), 2u);
    return model::Error{.code = model::Code::kStoreUnavailable, .detail = "disk full"};
  };
  EXPECT_EQ(rig.post("/things", "k").status, 503);
  rig.vault.store.before_apply = nullptr;
  EXPECT_EQ(rig.post("/things", "k").status, 201);
  EXPECT_EQ(rig.post("/things", "k").status, 201);
  EXPECT_EQ(rig.made, 2);
}

TEST(Idempotency, a_repeat_while_the_first_is_running_is_told_to_wait) {
  Rig rig;
  boost::asio::io_context context;
  std::optional<Response> first;
  const auto call = [&] {
    return rig.send({.method = "POST", .path = "/slow", .key = rig.own_key, .headers = {{"idempotency-key", "k"}}});
  };
  boost::asio::co_spawn(context, call(), [&](std::exception_ptr, Response response) { first = std::move(response); });
  context.poll();
  const auto meanwhile = test::run(call());
  EXPECT_EQ(meanwhile.status, 409);
  EXPECT_EQ(*meanwhile.header("Retry-After"), "1");
  rig.vault.clock.advance(5s);
  context.restart();
  context.poll();
  ASSERT_TRUE(first);
  EXPECT_EQ(first->body, "1");
  EXPECT_EQ(test::run(call()).body, "1");
}

TEST(Idempotency, another_node_that_was_faster_wins) {
  Rig rig;
  // Between the look-up and the unit of this node, the other one commits the same record.
  rig.vault.store.before_apply = [&](const ports::Unit& unit) -> std::optional<model::Error> {
    rig.vault.store.before_apply = nullptr;
    auto other = unit;
    (void)test::run(rig.vault.store.apply(std::move(other)));
    return std::nullopt;
  };
  const auto response = rig.post("/things", "k");
  EXPECT_EQ(response.status, 201);
  EXPECT_EQ(*response.header("Idempotency-Replayed"), "true");
}

TEST(Idempotency, handlers_without_a_unit_are_covered) {
  Rig rig;
  EXPECT_EQ(rig.post("/loose", "k").body, "1");
  EXPECT_EQ(rig.post("/loose", "k").body, "1");
  EXPECT_EQ(rig.post("/loose", "other").body, "2");
}

TEST(Idempotency, a_failure_may_be_repeated) {
  Rig rig;
  rig.post("/fails", "k");
  rig.post("/fails", "k");
  EXPECT_EQ(rig.made, 2);
}

TEST(Idempotency, records_expire_after_24_h) {
  Rig rig;
  rig.post("/things", "k");
  rig.vault.clock.advance(24h - 1ms);
  rig.post("/things", "k");
  EXPECT_EQ(rig.made, 1);
  rig.vault.clock.advance(1ms);
  rig.post("/things", "k");
  EXPECT_EQ(rig.made, 2);
  rig.post("/things", "k");
  EXPECT_EQ(rig.made, 2);
}

TEST(Idempotency, the_key_has_bounds) {
  Rig rig;
  EXPECT_EQ(rig.post("/things", std::string(255, 'k')).status, 201);
  for (const auto& wrong : {std::string(256, 'k'), std::string(), std::string("a b"), std::string("ä")})
    EXPECT_EQ(rig.post("/things", wrong).status, 400);
  EXPECT_EQ(rig.made, 1);
}

}  // namespace
}  // namespace valetkey::http
