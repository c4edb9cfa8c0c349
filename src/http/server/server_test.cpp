#include "http/server/server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "http/problem.hpp"
#include "support/server_rig.hpp"

namespace valetkey::http::server {
namespace {

using test::ServerRig;

ports::Task<Response> echo(Request& request) {
  auto response = text_response(200, request.method + " " + request.path + "?" + request.query_text + " " + request.body);
  if (request.path == "/broken") response.set("X-A", "b\r\nSet-Cookie: c=d");
  if (request.path == "/large") response.body.assign(8 * 1024 * 1024, 'x');
  if (request.path == "/none") response = no_content();
  if (request.path == "/page") response = html_response(200, "<p>", "default-src 'none'");
  co_return response;
}

std::string get(std::string_view path, std::string_view more = {}) {
  return "GET " + std::string(path) + " HTTP/1.1\r\nHost: localhost\r\n" + std::string(more) + "\r\n";
}
std::string post(std::string_view body) {
  return "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

TEST(Server, answers_on_one_connection_again_and_again) {
  ServerRig rig(echo);
  auto client = rig.connect();
  for (int i = 0; i < 3; ++i) {
    const auto response = client.exchange(get("/a/../%2e?b=c"));
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.body, "GET /a/../%2e?b=c ");
    EXPECT_EQ(response.header("connection"), "keep-alive");
    EXPECT_EQ(response.header("date"), "Thu, 01 Jan 2026 00:00:00 GMT");
  }
}

TEST(Server, every_answer_carries_the_security_headers) {
  ServerRig rig(echo);
  auto client = rig.connect();
  for (const auto& request : {get("/"), get("/page"), std::string("GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n")}) {
    const auto response = client.exchange(request);
    EXPECT_EQ(response.header("x-content-type-options"), "nosniff");
    EXPECT_EQ(response.header("referrer-policy"), "no-referrer");
    EXPECT_EQ(response.header("cache-control"), "no-store");
    EXPECT_FALSE(response.header("x-request-id").empty());
  }
  EXPECT_EQ(rig.connect().exchange(get("/page")).header("content-security-policy"),
            "default-src 'none'; base-uri 'none'; frame-ancestors 'none'");
}

TEST(Server, security_s23_answers_are_not_stored_and_not_compressed) {
  ServerRig rig(echo);
  const auto response = rig.connect().exchange(get("/", "Accept-Encoding: gzip, br, deflate\r\n"));
  EXPECT_EQ(response.header("cache-control"), "no-store");
  EXPECT_EQ(response.header("content-encoding"), "");
  EXPECT_EQ(response.body, "GET /? ");
}

TEST(Server, pipelined_requests_are_answered_in_order) {
  ServerRig rig(echo);
  auto client = rig.connect();
  client.send(get("/1") + post("two") + get("/3"));
  EXPECT_EQ(client.read_response().body, "GET /1? ");
  EXPECT_EQ(client.read_response().body, "POST /? two");
  EXPECT_EQ(client.read_response().body, "GET /3? ");
}

TEST(Server, a_request_may_come_byte_by_byte) {
  ServerRig rig(echo);
  auto client = rig.connect();
  for (const char c : "\r\n" + post("slow")) client.send({&c, 1});
  EXPECT_EQ(client.read_response().body, "POST /? slow");
}

TEST(Server, chunked_bodies_are_joined_and_trailers_dropped) {
  ServerRig rig([](Request& request) -> ports::Task<Response> {
    co_return text_response(200, request.body + (request.header("x-late") ? " trailer" : ""));
  });
  auto client = rig.connect();
  client.send("POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nX-Late: 1\r\n\r\n");
  EXPECT_EQ(client.read_response().body, "abcde");
  EXPECT_EQ(client.exchange(post("next")).body, "next");
}

TEST(Server, head_has_the_length_of_the_body_and_no_body) {
  ServerRig rig(echo);
  auto client = rig.connect();
  client.send("HEAD /x HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_EQ(client.read_response(true).header("content-length"), "9");
  EXPECT_EQ(client.exchange(get("/y")).body, "GET /y? ");
}

TEST(Server, no_content_has_no_length) {
  ServerRig rig(echo);
  const auto response = rig.connect().exchange(get("/none"));
  EXPECT_EQ(response.status, 204);
  EXPECT_EQ(response.header("content-length"), "");
}

TEST(Server, a_large_answer_arrives_whole) {
  ServerRig rig(echo);
  EXPECT_EQ(rig.connect().exchange(get("/large")).body.size(), 8u * 1024 * 1024);
}

TEST(Server, an_answer_that_would_split_is_replaced) {
  ServerRig rig(echo);
  const auto response = rig.connect().exchange(get("/broken"));
  EXPECT_EQ(response.status, 500);
  EXPECT_EQ(response.header("set-cookie"), "");
}

TEST(Server, connection_close_and_http_1_0_are_honoured) {
  ServerRig rig(echo);
  for (const auto& request : {get("/", "Connection: close\r\n"), std::string("GET / HTTP/1.0\r\nHost: localhost\r\n\r\n")}) {
    auto client = rig.connect();
    EXPECT_EQ(client.exchange(request).header("connection"), "close");
    EXPECT_EQ(client.read_to_end(), "");
  }
  auto client = rig.connect();
  EXPECT_EQ(client.exchange("GET / HTTP/1.0\r\nHost: localhost\r\nConnection: keep-alive\r\n\r\n").header("connection"), "keep-alive");
  EXPECT_EQ(client.exchange(get("/")).status, 200);
}

TEST(Server, expect_100_continue_is_told_before_the_body) {
  ServerRig rig(echo);
  auto client = rig.connect();
  EXPECT_EQ(client.exchange("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\nExpect: 100-Continue\r\n\r\n").status, 100);
  EXPECT_EQ(client.exchange("body").body, "POST /? body");
}

TEST(Server, expect_100_continue_is_refused_without_the_body) {
  ServerRig rig(echo);
  auto client = rig.connect();
  EXPECT_EQ(client.exchange("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9999999\r\nExpect: 100-continue\r\n\r\n").status, 413);
}

TEST(Server, upgrade_is_ignored) {
  ServerRig rig(echo);
  auto client = rig.connect();
  const auto response =
      client.exchange(get("/", "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n"));
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.header("upgrade"), "");
}

TEST(Server, the_head_is_limited_to_the_byte) {
  ServerRig rig(echo);
  const auto of_size = [](std::size_t size) {
    const auto empty = get("/", "X-Fill: \r\n").size();
    return get("/", "X-Fill: " + std::string(size - empty, 'x') + "\r\n");
  };
  const Limits limits;
  EXPECT_EQ(rig.connect().exchange(of_size(limits.header_bytes)).status, 200);
  EXPECT_EQ(rig.connect().exchange(of_size(limits.header_bytes + 1)).status, 413);
  EXPECT_EQ(rig.connect().exchange("GET /" + std::string(limits.header_bytes, 'x')).status, 413);
}

TEST(Server, the_body_is_limited_to_the_byte) {
  const Limits limits;
  const std::string at_limit(limits.body_bytes, 'b');
  ServerRig rig([](Request& request) -> ports::Task<Response> { co_return text_response(200, std::to_string(request.body.size())); });
  EXPECT_EQ(rig.connect().exchange(post(at_limit)).body, std::to_string(limits.body_bytes));
  EXPECT_EQ(rig.connect().exchange(post(at_limit + "b")).status, 413);
  const auto chunked = [](const std::string& body) {
    return fmt::format("POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n{:x}\r\n{}\r\n0\r\n\r\n", body.size(),
                       body);
  };
  EXPECT_EQ(rig.connect().exchange(chunked(at_limit)).body, std::to_string(limits.body_bytes));
  EXPECT_EQ(rig.connect().exchange(chunked(at_limit + "b")).status, 413);
}

TEST(Server, an_exception_of_the_answerer_ends_the_connection_only) {
  ServerRig rig([](Request& request) -> ports::Task<Response> {
    if (request.path == "/throw") throw std::runtime_error("boom");
    co_return text_response(200, "ok");
  });
  EXPECT_EQ(rig.connect().exchange(get("/throw")).status, 0);
  EXPECT_EQ(rig.connect().exchange(get("/")).status, 200);
  EXPECT_TRUE(rig.log.holds("a connection ended by an exception"));
}

TEST(Server, many_clients_in_parallel_each_get_their_own_answers) {
  ServerRig rig(echo);
  std::atomic<int> right = 0;
  std::vector<std::thread> clients;
  for (int id = 0; id < 8; ++id) {
    clients.emplace_back([&, id] {
      test::RawClient client(rig.port());
      for (int turn = 0; turn < 25; ++turn) {
        const auto path = fmt::format("/{}/{}", id, turn);
        if (client.exchange(get(path)).body == "GET " + path + "? ") ++right;
      }
    });
  }
  for (int second = 0; second < 5; ++second) rig.advance(std::chrono::seconds(1));
  for (auto& client : clients) client.join();
  EXPECT_EQ(right, 8 * 25);
}

TEST(Server, a_taken_port_is_said) {
  ServerRig rig(echo);
  auto settings = ServerRig::settings();
  settings.listen.port = rig.port();
  try {
    const ServerRig second(echo, settings);
    FAIL() << "two servers on one port";
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("listen on 127.0.0.1:"));
  }
}

}  // namespace
}  // namespace valetkey::http::server
