#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/stream_rig.hpp"

namespace valetkey::http::server {
namespace {

using namespace std::chrono_literals;
using test::echo_stream;
using test::streamed;
using test::StreamRig;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

std::string get(std::string_view more = {}, std::string_view method = "GET", std::string_view version = "1.1") {
  return fmt::format("{} /s HTTP/{}\r\nHost: localhost\r\n{}\r\n", method, version, more);
}
std::string post(std::string_view body, std::string_view path = "/s") {
  return fmt::format("POST {} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {}\r\n\r\n{}", path, body.size(), body);
}

/// Answers these pieces.
StreamRig::Handler pieces(std::vector<std::string> all, std::optional<std::uint64_t> size, int status = 200) {
  return [=](Request&, Exchange& exchange) -> ports::Task<Response> {
    EXPECT_TRUE(co_await exchange.begin(
        status, {{"X-Own", "1"}, {"Transfer-Encoding", "gzip"}, {"Content-Length", "77"}, {"Connection", "x"}}, size));
    for (const auto& piece : all) EXPECT_TRUE(co_await exchange.write(piece));
    co_return streamed(status);
  };
}

TEST(Stream, an_answer_of_known_size_keeps_the_connection) {
  StreamRig rig(pieces({"hel", "lo"}, 5));
  auto client = rig.connect();
  for (int turn = 0; turn < 2; ++turn) {
    const auto response = client.exchange(get());
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.body, "hello");
    EXPECT_EQ(response.header("connection"), "keep-alive");
    EXPECT_EQ(response.header("x-own"), "1");
    EXPECT_EQ(response.header("transfer-encoding"), "");
    EXPECT_EQ(response.header("x-content-type-options"), "nosniff");
    EXPECT_EQ(response.header("cache-control"), "no-store");
    EXPECT_FALSE(response.header("x-request-id").empty());
  }
  EXPECT_EQ(rig.sent, 5U);
}

TEST(Stream, an_answer_of_unknown_size_is_chunked_anew) {
  StreamRig rig(pieces({"ab", "", std::string(20, 'c')}, std::nullopt));
  auto client = rig.connect();
  client.send(get("Connection: close\r\n"));
  const auto answer = client.read_to_end();
  EXPECT_THAT(answer, HasSubstr("Transfer-Encoding: chunked\r\n"));
  EXPECT_THAT(answer, Not(HasSubstr("Content-Length")));
  EXPECT_THAT(answer, EndsWith("\r\n\r\n2\r\nab\r\n14\r\n" + std::string(20, 'c') + "\r\n0\r\n\r\n"));
}

TEST(Stream, nothing_but_the_last_chunk_goes_out_for_nothing) {
  StreamRig rig(pieces({}, std::nullopt));
  auto client = rig.connect();
  client.send(get("Connection: close\r\n"));
  EXPECT_THAT(client.read_to_end(), EndsWith("\r\n\r\n0\r\n\r\n"));
}

TEST(Stream, http_1_0_knows_no_chunks) {
  StreamRig rig(pieces({"ab", "c"}, std::nullopt));
  auto client = rig.connect();
  client.send(get("Connection: keep-alive\r\n", "GET", "1.0"));
  const auto answer = client.read_to_end();
  EXPECT_THAT(answer, HasSubstr("Connection: close\r\n"));
  EXPECT_THAT(answer, Not(HasSubstr("chunked")));
  EXPECT_THAT(answer, EndsWith("\r\n\r\nabc"));
}

TEST(Stream, http_1_0_may_keep_the_connection_when_the_size_is_known) {
  StreamRig rig(pieces({"abc"}, 3));
  auto client = rig.connect();
  EXPECT_EQ(client.exchange(get("Connection: keep-alive\r\n", "GET", "1.0")).header("connection"), "keep-alive");
  EXPECT_EQ(client.exchange(get("", "GET", "1.0")).header("connection"), "close");
  EXPECT_EQ(client.read_to_end(), "");
}

TEST(Stream, head_has_no_body) {
  for (const auto size : {std::optional<std::uint64_t>(5), std::optional<std::uint64_t>()}) {
    StreamRig rig(pieces({"hello"}, size));
    auto client = rig.connect();
    client.send(get("", "HEAD"));
    const auto response = client.read_response(true);
    EXPECT_EQ(response.header("content-length"), size ? "5" : "");
    EXPECT_EQ(client.exchange(post("x", "/other")).body, "/other x");
    EXPECT_EQ(rig.sent, 0U);
  }
}

TEST(Stream, no_content_and_not_modified_have_no_body) {
  for (const int status : {204, 304}) {
    StreamRig rig(pieces({"hello"}, 5, status));
    auto client = rig.connect();
    const auto response = client.exchange(get());
    EXPECT_EQ(response.status, status);
    EXPECT_EQ(response.header("content-length"), "");
    EXPECT_EQ(response.header("transfer-encoding"), "");
    EXPECT_EQ(client.exchange(post("x", "/other")).body, "/other x");
  }
}

TEST(Stream, a_header_that_would_split_begins_nothing) {
  StreamRig rig([](Request& request, Exchange& exchange) -> ports::Task<Response> {
    const auto begun = co_await exchange.begin(200, {{"X-A", "b\r\nSet-Cookie: c"}}, 1);
    EXPECT_FALSE(begun);
    EXPECT_FALSE(co_await exchange.write("x"));
    co_return problem_response(begun.error(), request);
  });
  const auto response = rig.connect().exchange(get());
  EXPECT_EQ(response.status, 500);
  EXPECT_EQ(response.header("set-cookie"), "");
}

TEST(Stream, a_stream_that_never_began_is_an_internal_error) {
  StreamRig rig([](Request&, Exchange&) -> ports::Task<Response> { co_return streamed(); });
  auto client = rig.connect();
  EXPECT_EQ(client.exchange(get()).status, 500);
  EXPECT_EQ(client.exchange(get()).status, 500);
}

TEST(Stream, the_head_does_not_wait_for_a_slow_body) {
  StreamRig rig([](Request&, Exchange& exchange) -> ports::Task<Response> {
    EXPECT_TRUE(co_await exchange.begin(200, {}, std::nullopt));
    co_await test::until_gone(exchange.departure());
    co_return streamed();
  });
  auto client = rig.connect();
  client.send(get());
  rig.wait_until_begun();
  rig.seconds(1);
  EXPECT_EQ(client.read_response().status, 200);
}

TEST(Stream, a_body_is_read_by_length_and_by_chunks) {
  StreamRig rig(echo_stream);
  auto client = rig.connect();
  EXPECT_EQ(client.exchange(get()).body, "");
  EXPECT_EQ(client.exchange(post("")).body, "");
  EXPECT_EQ(client.exchange(post("one")).body, "one");
  EXPECT_EQ(
      client
          .exchange("POST /s HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n3;x=\"y\"\r\nabc\r\n0A\r\n0123456789\r\n"
                    "000\r\nX-Late: 1\r\n\r\n")
          .body,
      "abc0123456789");
  EXPECT_EQ(client.exchange(post("two")).body, "two");
}

TEST(Stream, the_size_of_a_body_is_known_where_it_was_said) {
  StreamRig rig([](Request& request, Exchange& exchange) -> ports::Task<Response> {
    const auto* body = exchange.body();
    const auto size = body != nullptr ? body->size() : std::nullopt;
    co_return text_response(200, body == nullptr ? "none" : size ? std::to_string(*size) : request.body + "unknown");
  });
  auto client = rig.connect();
  EXPECT_EQ(client.exchange(get()).body, "none");
  EXPECT_EQ(client.exchange(post("")).body, "0");
  EXPECT_EQ(client.exchange(post("12345")).body, "5");
  EXPECT_EQ(client.exchange("POST /s HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n").body, "unknown");
}

TEST(Stream, a_body_may_be_larger_than_the_limit_of_others) {
  StreamRig rig(echo_stream);
  const std::string large(3 * 1024 * 1024, 'b');
  auto client = rig.connect();
  EXPECT_EQ(client.exchange(post(large)).body, large);
  const auto refused = client.exchange(post(large, "/other"));
  EXPECT_EQ(refused.status, 413);
}

TEST(Stream, a_body_may_come_byte_by_byte) {
  StreamRig rig(echo_stream);
  auto client = rig.connect();
  const auto chunked = "POST /s HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nslow\r\n0\r\n\r\n";
  for (const auto& bytes : {post("slow"), std::string(chunked)}) {
    for (const char c : bytes) client.send({&c, 1});
    EXPECT_EQ(client.read_response().body, "slow");
  }
}

TEST(Stream, pipelined_requests_are_answered_in_order) {
  StreamRig rig(echo_stream);
  auto client = rig.connect();
  client.send(post("1") + post("2", "/other") + post("3") + post("4"));
  EXPECT_EQ(client.read_response().body, "1");
  EXPECT_EQ(client.read_response().body, "/other 2");
  EXPECT_EQ(client.read_response().body, "3");
  EXPECT_EQ(client.read_response().body, "4");
}

TEST(Stream, expect_100_continue_is_told_when_the_body_is_first_read) {
  StreamRig rig(echo_stream);
  auto client = rig.connect();
  EXPECT_EQ(client.exchange("POST /s HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n").status, 100);
  EXPECT_EQ(client.exchange("body").body, "body");
  EXPECT_EQ(client.exchange(post("next")).body, "next");
}

TEST(Stream, expect_100_continue_is_not_told_where_nobody_wants_the_body) {
  StreamRig rig([](Request&, Exchange&) -> ports::Task<Response> { co_return text_response(403, "no"); });
  auto client = rig.connect();
  const auto response = client.exchange("POST /s HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(response.status, 403);
  EXPECT_EQ(response.header("connection"), "close");
  EXPECT_EQ(client.read_to_end(), "");
}

TEST(Stream, who_is_refused_with_its_body_there_keeps_the_connection) {
  StreamRig rig([](Request&, Exchange&) -> ports::Task<Response> { co_return text_response(403, "no"); });
  auto client = rig.connect();
  for (const auto& request :
       {post("small"), std::string("POST /s HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n")}) {
    const auto response = client.exchange(request);
    EXPECT_EQ(response.status, 403);
    EXPECT_EQ(response.header("connection"), "keep-alive");
  }
}

TEST(Stream, an_answer_before_the_end_of_the_body_closes_and_lingers) {
  StreamRig rig(pieces({"enough"}, 6));
  auto client = rig.connect();
  client.send("POST /s HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3000000\r\n\r\nfirst");
  const auto response = client.read_response();
  EXPECT_EQ(response.body, "enough");
  EXPECT_EQ(response.header("connection"), "close");
  EXPECT_TRUE(client.send(std::string(1024 * 1024, 'x')));
  EXPECT_EQ(client.read_to_end(), "");
}

TEST(Stream, a_body_can_be_stopped_while_the_answer_goes_on) {
  StreamRig rig([](Request& request, Exchange& exchange) -> ports::Task<Response> {
    (void)co_await exchange.body()->read();
    boost::asio::co_spawn(co_await boost::asio::this_coro::executor, exchange.body()->read(), [&](std::exception_ptr, auto piece) {
      EXPECT_FALSE(piece);
      request.peer = "stopped";
    });
    boost::asio::steady_timer turn(co_await boost::asio::this_coro::executor, 0s);
    co_await turn.async_wait(boost::asio::use_awaitable);
    EXPECT_TRUE(co_await exchange.begin(200, {}, 7));
    exchange.body()->stop();
    EXPECT_FALSE(co_await exchange.body()->read());
    EXPECT_TRUE(co_await exchange.write("stopped"));
    co_return streamed();
  });
  auto client = rig.connect();
  client.send("POST /s HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3000000\r\n\r\nfirst");
  EXPECT_EQ(client.read_response().body, "stopped");
}

struct Broken {
  const char* name;
  std::optional<std::uint64_t> size;
  std::string_view written;
  Response response;
};

TEST(Stream, an_answer_that_is_not_whole_is_broken_off) {
  auto cut = streamed();
  cut.is_cut = true;
  for (const auto& [name, size, written, response] : {Broken{"short", 5, "abc", streamed()}, Broken{"cut", std::nullopt, "abc", cut},
                                                      Broken{"failed", std::nullopt, "abc", text_response(500, "late")}}) {
    SCOPED_TRACE(name);
    StreamRig rig([&](Request&, Exchange& exchange) -> ports::Task<Response> {
      EXPECT_TRUE(co_await exchange.begin(200, {}, size));
      EXPECT_TRUE(co_await exchange.write(written));
      co_return response;
    });
    auto client = rig.connect();
    client.send(get());
    const auto answer = client.read_to_end();
    EXPECT_THAT(answer, HasSubstr("abc"));
    EXPECT_THAT(answer, Not(HasSubstr("0\r\n\r\n")));
    EXPECT_THAT(answer, Not(HasSubstr("late")));
  }
}

TEST(Stream, an_answer_that_ends_with_its_connection_is_broken_off_by_a_reset) {
  for (const bool is_cut : {false, true}) {
    StreamRig rig([&](Request&, Exchange& exchange) -> ports::Task<Response> {
      EXPECT_TRUE(co_await exchange.begin(200, {}, std::nullopt));
      EXPECT_TRUE(co_await exchange.write("abc"));
      auto response = streamed();
      response.is_cut = is_cut;
      co_return response;
    });
    auto client = rig.connect();
    client.send(get("", "GET", "1.0"));
    client.read_to_end();
    EXPECT_EQ(client.was_reset(), is_cut);
  }
}

TEST(Stream, more_than_was_said_is_not_sent) {
  StreamRig rig([](Request&, Exchange& exchange) -> ports::Task<Response> {
    EXPECT_TRUE(co_await exchange.begin(200, {}, 3));
    EXPECT_EQ((co_await exchange.write("abcd")).error().code, model::Code::kInternal);
    EXPECT_TRUE(co_await exchange.write("abc"));
    EXPECT_FALSE(co_await exchange.write("d"));
    co_return streamed();
  });
  auto client = rig.connect();
  EXPECT_EQ(client.exchange(get()).body, "abc");
  EXPECT_EQ(client.exchange(get()).body, "abc");
}

TEST(Stream, queries_and_paths_of_streams_are_left_as_they_were_sent) {
  StreamRig rig([](Request& request, Exchange&) -> ports::Task<Response> {
    EXPECT_TRUE(request.query.empty());
    co_return text_response(200, request.path + "?" + request.query_text);
  });
  auto client = rig.connect();
  for (const std::string target : {"/s/a@b//c%2F..;/../d?q=100%&%zz", "/s/%00?", "/s//?a=b?c"}) {
    const auto expected = target.find('?') == target.size() - 1 ? target : target;
    EXPECT_EQ(client.exchange("GET " + target + " HTTP/1.1\r\nHost: localhost\r\n\r\n").body, expected);
  }
  EXPECT_EQ(client.exchange("GET /other?q=100% HTTP/1.1\r\nHost: localhost\r\n\r\n").status, 400);
}

}  // namespace
}  // namespace valetkey::http::server
