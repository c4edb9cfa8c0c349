// Replies as they come over a socket: what they may be, and how each kind of body ends.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/scripted_server.hpp"
#include "support/upstream_rig.hpp"

namespace valetkey::adapters::upstream {
namespace {

using model::Code;
using ports::SendState;
using test::ReadRequest;
using test::Reply;
using test::Reset;
using test::ScriptedServer;
using test::Stall;
using test::UpstreamRig;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

constexpr std::string_view kOk = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

TEST(UpstreamReplies, a_call_and_its_reply_as_they_are_on_the_wire) {
  ScriptedServer server({{ReadRequest{}, Reply{"HTTP/1.1 201 Created\r\nX-A: 1\r\nContent-Length: 5\r\nx-a: 2\r\n\r\nhello"}}});
  UpstreamRig rig;
  auto request = UpstreamRig::to(server.port(), "DELETE", "/a//b%2F..;/@?c=d");
  request.headers = {{"Authorization", "Bearer t"}};
  const auto reply = rig.fetch(request);
  EXPECT_EQ(reply.status, 201);
  EXPECT_EQ(reply.body, "hello");
  EXPECT_EQ(reply.size, 5u);
  EXPECT_THAT(reply.headers, ElementsAre(Pair("X-A", "1"), Pair("x-a", "2")));
  EXPECT_FALSE(reply.error);
  EXPECT_THAT(server.finish(), ElementsAre("DELETE /a//b%2F..;/@?c=d HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(server.port()) +
                                           "\r\nAuthorization: Bearer t\r\n\r\n"));
}

struct Case {
  std::string_view name;
  std::string_view bytes;
  std::string_view body;
  std::optional<std::uint64_t> size = std::nullopt;
};

TEST(UpstreamReplies, every_kind_of_body_ends_as_it_should) {
  const Case cases[] = {
      {"with a length", kOk, "ok", 2},
      {"none by length", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "", 0},
      {"no content", "HTTP/1.1 204 No Content\r\n\r\n", "", 0},
      {"not modified, with the length it would have", "HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n", "", 7},
      {"chunked", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n4;x\r\n now\r\n0\r\nX-Late: 1\r\n\r\n", "ok now"},
      {"until the end of the connection", "HTTP/1.1 200 OK\r\n\r\nall of it", "all of it"},
      {"until the end, HTTP/1.0", "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n\r\nall", "all"},
      {"behind interim replies",
       "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", "ok",
       2},
  };
  for (const auto& c : cases) {
    ScriptedServer server({{ReadRequest{}, Reply{std::string(c.bytes)}}});
    UpstreamRig rig;
    const auto reply = rig.fetch(UpstreamRig::to(server.port()));
    EXPECT_FALSE(reply.error) << c.name << ": " << reply.error->detail;
    EXPECT_EQ(reply.body, c.body) << c.name;
    EXPECT_EQ(reply.size, c.size) << c.name;
    EXPECT_THAT(reply.header("Link"), "") << c.name;
  }
}

TEST(UpstreamReplies, head_has_a_length_and_no_body_and_the_connection_goes_on) {
  ScriptedServer server(
      {{ReadRequest{}, Reply{"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n"}, ReadRequest{}, Reply{std::string(kOk)}}});
  UpstreamRig rig;
  const auto head = rig.fetch(UpstreamRig::to(server.port(), "HEAD"));
  EXPECT_EQ(head.size, 5000u);
  EXPECT_EQ(head.body, "");
  EXPECT_EQ(rig.fetch(UpstreamRig::to(server.port())).body, "ok");
  EXPECT_THAT(server.finish(), testing::SizeIs(1));
}

TEST(UpstreamReplies, a_reply_may_come_in_any_pieces) {
  std::vector<test::Step> steps{ReadRequest{}};
  for (const char c : std::string_view("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"))
    steps.emplace_back(Reply{{c}});
  ScriptedServer server({steps});
  UpstreamRig rig;
  EXPECT_EQ(rig.fetch(UpstreamRig::to(server.port())).body, "abc");
}

TEST(UpstreamReplies, a_large_body_arrives_whole) {
  std::string body;
  for (int i = 0; body.size() < 5'000'000; ++i) body += std::to_string(i);
  for (const bool is_chunked : {false, true}) {
    const auto head = is_chunked ? "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4c4b47\r\n"
                                 : "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n";
    body.resize(0x4c4b47, 'x');
    const auto length = "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n";
    ScriptedServer server({{ReadRequest{}, Reply{(is_chunked ? head : length) + body + (is_chunked ? "\r\n0\r\n\r\n" : "")}}});
    UpstreamRig rig;
    const auto reply = rig.fetch(UpstreamRig::to(server.port()));
    EXPECT_FALSE(reply.error);
    EXPECT_TRUE(reply.body == body);
  }
}

TEST(UpstreamReplies, a_part_is_never_taken_for_the_whole) {
  for (const auto* bytes :
       {"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nonly", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nonly\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nonly\r\n0\r\n"}) {
    ScriptedServer server({{ReadRequest{}, Reply{bytes}}});
    UpstreamRig rig;
    const auto reply = rig.fetch(UpstreamRig::to(server.port()));
    EXPECT_EQ(reply.status, 200) << bytes;
    EXPECT_EQ(reply.body, "only") << bytes;
    EXPECT_EQ(reply.code(), Code::kUpstreamBroken) << bytes;
  }
  ScriptedServer server({{ReadRequest{}, Reply{"HTTP/1.1 200 OK\r\n\r\nonly"}, Reset{}}});
  UpstreamRig rig;
  EXPECT_EQ(rig.fetch(UpstreamRig::to(server.port())).code(), Code::kUpstreamBroken);
}

TEST(UpstreamReplies, security_s14_a_reply_with_doubtful_framing_is_refused_and_its_connection_closed) {
  for (const auto* bytes :
       {"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nContent-Length: 4\r\n\r\nevil", "HTTP/1.1 200 OK\r\nContent-Length : 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nX: a\r\n folded\r\n\r\n", "HTTP/1.1 200 OK\nContent-Length: 0\n\n", "HTTP/1.1 200 OK\r\nX: \x01\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: xchunked\r\n\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0x1\r\na\r\n",
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n", "SSH-2.0-OpenSSH\r\n\r\n"}) {
    ScriptedServer server({{ReadRequest{}, Reply{bytes}, Stall{}}, {ReadRequest{}, Reply{std::string(kOk)}}});
    UpstreamRig rig;
    const auto reply = rig.fetch(UpstreamRig::to(server.port()));
    EXPECT_EQ(reply.code(), Code::kUpstreamBroken) << bytes;
    EXPECT_EQ(rig.fetch(UpstreamRig::to(server.port())).body, "ok") << bytes;
    EXPECT_THAT(server.finish(), testing::SizeIs(2)) << bytes;
  }
}

TEST(UpstreamReplies, security_s14_heads_and_interim_replies_are_bounded) {
  std::string interim;
  for (int i = 0; i < 20; ++i) interim += "HTTP/1.1 100 Continue\r\n\r\n";
  for (const auto& [bytes, is_accepted] : {std::pair{"HTTP/1.1 200 OK\r\nX: " + std::string(64 * 1024, 'x') + "\r\n\r\n", false},
                                           {"HTTP/1.1 200 OK\r\nX: " + std::string(70'000, 'x'), false},
                                           {"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX: " + std::string(63'000, 'x') + "\r\n\r\n", true},
                                           {interim + std::string(kOk), false}}) {
    ScriptedServer server({{ReadRequest{}, Reply{bytes}, Stall{}}});
    UpstreamRig rig;
    EXPECT_EQ(rig.fetch(UpstreamRig::to(server.port())).code(), is_accepted ? std::nullopt : std::optional(Code::kUpstreamBroken));
  }
}

TEST(UpstreamReplies, failures_tell_whether_anything_was_sent) {
  UpstreamRig rig;
  std::uint16_t closed_port = 0;
  {
    const ScriptedServer gone({{}});
    closed_port = gone.port();
  }
  const auto unreachable = rig.fetch(UpstreamRig::to(closed_port));
  EXPECT_EQ(unreachable.code(), Code::kUpstreamUnreachable);
  EXPECT_EQ(unreachable.state, SendState::kNotSent);
  EXPECT_THAT(unreachable.error->detail, HasSubstr("call http://127.0.0.1:"));

  ScriptedServer reset({{ReadRequest{}, Reset{}}});
  const auto broken = rig.fetch(UpstreamRig::to(reset.port()));
  EXPECT_EQ(broken.code(), Code::kUpstreamBroken);
  EXPECT_EQ(broken.state, SendState::kSent);
  EXPECT_THAT(reset.finish(), testing::SizeIs(1));

  auto refused = UpstreamRig::to(reset.port());
  refused.headers = {{"X", "a\r\nb"}};
  EXPECT_EQ(rig.fetch(refused).code(), Code::kInvalidInput);
}

TEST(UpstreamReplies, an_executor_of_nobody_is_refused) {
  UpstreamRig rig;
  const auto reply = test::run(rig.upstream.send(UpstreamRig::to(1)));
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().error.code, Code::kInternal);
}

}  // namespace
}  // namespace valetkey::adapters::upstream
