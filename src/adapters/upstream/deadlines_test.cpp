// What is too slow ends, on the second: the sweep of the stepped clock.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>

#include "support/piece_source.hpp"
#include "support/scripted_server.hpp"
#include "support/silent_listener.hpp"
#include "support/upstream_rig.hpp"

namespace valetkey::adapters::upstream {
namespace {

using namespace std::chrono_literals;
using model::Code;
using test::ReadRequest;
using test::Reply;
using test::ScriptedServer;
using test::SilentListener;
using test::Stall;
using test::UpstreamRig;
using testing::HasSubstr;

ports::UpstreamRequest hasty(std::uint16_t port, std::string method = "GET") {
  auto request = UpstreamRig::to(port, std::move(method));
  request.connect_within = 5s;
  request.head_within = 10s;
  request.idle_for = 20s;
  return request;
}

/// It goes on until `within` is over, and not longer.
void expect_end(UpstreamRig& rig, const UpstreamRig::Running& call, model::Milliseconds within, Code code, std::string_view what) {
  rig.advance(within - 1ms);
  EXPECT_FALSE(*call) << what;
  rig.advance(1s);
  ASSERT_TRUE(*call) << what;
  EXPECT_EQ((*call)->code(), code) << what;
  EXPECT_THAT((*call)->error->detail, HasSubstr(std::string(what)));
}

TEST(UpstreamDeadlines, a_connection_that_is_not_answered) {
  const SilentListener full(true);
  UpstreamRig rig;
  const auto call = rig.start(hasty(full.port()));
  expect_end(rig, call, 5s, Code::kUpstreamUnreachable, "no connection within 5000 ms");
  EXPECT_EQ((*call)->state, ports::SendState::kNotSent);
}

TEST(UpstreamDeadlines, a_name_that_is_not_answered_and_others_are) {
  std::promise<void> release;
  auto settings = UpstreamRig::settings();
  settings.resolver = [gate = release.get_future().share()](const std::string& host) -> model::Result<Addresses> {
    if (host == "slow.example") gate.wait();
    return Addresses{model::make_v4(127, 0, 0, 1)};
  };
  ScriptedServer server({{ReadRequest{}, Reply{"HTTP/1.1 204 No Content\r\n\r\n"}}});
  UpstreamRig rig(settings);
  auto request = hasty(server.port());
  request.origin = model::parse_url("http://slow.example:" + std::to_string(server.port())).value();
  const auto slow = rig.start(request);
  request.origin = model::parse_url("http://quick.example:" + std::to_string(server.port())).value();
  EXPECT_EQ(rig.fetch(request).status, 204);
  expect_end(rig, slow, 5s, Code::kUpstreamUnreachable, "no connection within 5000 ms");
  release.set_value();
}

TEST(UpstreamDeadlines, one_address_that_is_not_answered_leaves_time_for_the_next) {
  const SilentListener full(true);
  std::promise<void> release;
  auto settings = UpstreamRig::settings();
  settings.resolver = [gate = release.get_future().share()](const std::string&) -> model::Result<Addresses> {
    gate.wait();
    return Addresses{model::make_v4(127, 0, 0, 1), model::make_v4(127, 0, 0, 2)};
  };
  UpstreamRig rig(settings);
  auto request = hasty(full.port());
  request.origin = model::parse_url("http://two.example:" + std::to_string(full.port())).value();
  const auto call = rig.start(request);
  release.set_value();
  rig.context.restart();
  rig.context.run_one();  // the addresses
  // 127.0.0.1 does not answer on that port, 127.0.0.2 refuses at once: the error tells of both.
  expect_end(rig, call, 2500ms, Code::kUpstreamUnreachable, "no address could be connected to");
}

TEST(UpstreamDeadlines, tls_that_is_not_answered) {
  const SilentListener silent;
  UpstreamRig rig;
  auto request = hasty(silent.port());
  request.origin = model::parse_url("https://127.0.0.1:" + std::to_string(silent.port())).value();
  const auto call = rig.start(request);
  expect_end(rig, call, 5s, Code::kUpstreamUnreachable, "no connection within 5000 ms");
  EXPECT_EQ((*call)->state, ports::SendState::kNotSent);
}

TEST(UpstreamDeadlines, a_request_that_is_not_taken) {
  const SilentListener silent;
  UpstreamRig rig;
  auto request = hasty(silent.port(), "POST");
  test::PieceSource body(rig.context, {std::string(64 << 20, 'x')}, 64 << 20);
  request.body = &body;
  const auto call = rig.start(request);
  expect_end(rig, call, 20s, Code::kUpstreamTimeout, "the server took nothing within 20000 ms");
  EXPECT_EQ((*call)->state, ports::SendState::kSent);
}

TEST(UpstreamDeadlines, a_body_that_does_not_come) {
  const SilentListener silent;
  for (const bool has_first_piece : {false, true}) {
    UpstreamRig rig;
    auto request = hasty(silent.port(), "POST");
    test::PieceSource body(rig.context, {}, 10, test::PieceSource::Then::kWait);
    test::PieceSource begun(rig.context, {"first"}, 10, test::PieceSource::Then::kWait);
    request.body = has_first_piece ? &begun : &body;
    const auto call = rig.start(request);
    expect_end(rig, call, 20s, Code::kUpstreamTimeout, "nothing came of the request's body within 20000 ms");
    EXPECT_TRUE((has_first_piece ? begun : body).was_stopped);
  }
}

TEST(UpstreamDeadlines, a_reply_that_does_not_begin_or_whose_head_does_not_end) {
  const SilentListener silent;
  ScriptedServer slow({{ReadRequest{}, Reply{"HTTP/1.1 200 OK\r\nX-"}, Stall{}}});
  for (const auto port : {silent.port(), slow.port()}) {
    UpstreamRig rig;
    const auto call = rig.start(hasty(port));
    if (port == slow.port()) slow.wait_for_requests(1);
    expect_end(rig, call, 10s, Code::kUpstreamTimeout, "no reply within 10000 ms");
    EXPECT_EQ((*call)->state, ports::SendState::kSent);
  }
}

TEST(UpstreamDeadlines, a_reply_that_stops) {
  ScriptedServer server({{ReadRequest{}, Reply{"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nonly"}, Stall{}}});
  UpstreamRig rig;
  auto reply = test::run(rig.context, rig.upstream.send(hasty(server.port())));
  ASSERT_TRUE(reply);
  EXPECT_EQ(test::run(rig.context, reply->body->read()).value(), "only");
  rig.advance(1h);  // the reader takes its time: that is not the server's fault
  std::optional<model::Result<std::string_view>> piece;
  boost::asio::co_spawn(rig.context, reply->body->read(),
                        [&](const std::exception_ptr&, model::Result<std::string_view> read) { piece = read; });
  rig.advance(19'999ms);
  EXPECT_FALSE(piece);
  rig.advance(1s);
  ASSERT_TRUE(piece);
  ASSERT_FALSE(*piece);
  EXPECT_EQ(piece->error().code, Code::kUpstreamTimeout);
  EXPECT_THAT(piece->error().detail, HasSubstr("nothing came of the reply's body within 20000 ms"));
}

TEST(UpstreamDeadlines, slow_but_steady_goes_on) {
  ScriptedServer server({{ReadRequest{}, Reply{"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"}, Stall{}, Reply{"ok"}}});
  UpstreamRig rig;
  const auto call = rig.start(hasty(server.port()));
  server.wait_for_requests(1);
  rig.advance(9s);
  server.release();
  EXPECT_EQ(rig.finish(call).body, "ok");
}

}  // namespace
}  // namespace valetkey::adapters::upstream
