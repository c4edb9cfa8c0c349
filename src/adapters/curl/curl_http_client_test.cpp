#include "adapters/curl/curl_http_client.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "adapters/system/system_clock.hpp"
#include "support/egress.hpp"
#include "support/run_task.hpp"
#include "support/scripted_server.hpp"

namespace valetkey::adapters::curl {
namespace {

using model::Code;
using model::Milliseconds;
using ports::HttpRequest;
using ports::SendState;
using test::ReadRequest;
using test::Reply;
using test::ScriptedServer;
using test::Stall;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;

constexpr std::string_view kOk = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

Reply ok() { return Reply{std::string(kOk)}; }

class CurlHttpClientTest : public testing::Test {
 protected:
  auto send(HttpRequest request) { return test::run(context_, client_.send(std::move(request))); }

  static HttpRequest post(std::string url) {
    return {.method = "POST", .url = std::move(url), .headers = {{"Content-Type", "application/x-www-form-urlencoded"}}, .body = "a=1"};
  }

  boost::asio::io_context context_;
  system::SystemClock clock_;
  CurlHttpClient client_{Settings{.policy = test::egress({"127.0.0.0/8:*"})}, clock_};
};

TEST_F(CurlHttpClientTest, sends_one_request_and_reads_its_answer) {
  ScriptedServer server(
      {{ReadRequest{}, Reply{"HTTP/1.1 201 Created\r\nX-Name:  a value \r\nX-EMPTY:\r\nContent-Length: 5\r\n\r\nhello"}}});
  auto request = post(server.url("/token?x=1"));
  request.headers.emplace_back("Authorization", "Basic abc");
  const auto answer = send(std::move(request));
  ASSERT_TRUE(answer) << answer.error().error.detail;
  EXPECT_EQ(answer->status, 201);
  EXPECT_EQ(answer->body, "hello");
  EXPECT_EQ(answer->header("x-name"), "a value");
  EXPECT_THAT(answer->headers, testing::Contains(testing::Pair("x-empty", "")));

  const auto received = server.finish();
  ASSERT_THAT(received, SizeIs(1));
  EXPECT_THAT(received[0], StartsWith("POST /token?x=1 HTTP/1.1\r\n"));
  EXPECT_THAT(received[0], HasSubstr("Authorization: Basic abc\r\n"));
  EXPECT_THAT(received[0], HasSubstr("User-Agent: valetkey\r\n"));
  EXPECT_THAT(received[0], HasSubstr("Content-Length: 3\r\n"));
  EXPECT_THAT(received[0], EndsWith("\r\n\r\na=1"));
  EXPECT_THAT(received[0], Not(HasSubstr("Accept-Encoding")));
  EXPECT_THAT(received[0], Not(HasSubstr("Expect")));
}

TEST_F(CurlHttpClientTest, a_large_body_is_sent_without_asking_first) {
  ScriptedServer server({{ReadRequest{}, ok()}});
  auto request = post(server.url());
  request.body.assign(2'000'000, 'x');  // libcurl asks from 1 MiB on
  ASSERT_TRUE(send(std::move(request)));
  const auto received = server.finish();
  EXPECT_THAT(received[0], Not(HasSubstr("Expect")));
  EXPECT_GT(received[0].size(), 2'000'000U);
}

TEST_F(CurlHttpClientTest, methods_without_body_send_none) {
  for (const auto* method : {"GET", "DELETE", "HEAD"}) {
    ScriptedServer server({{ReadRequest{}, Reply{"HTTP/1.1 204 No Content\r\n\r\n"}}});
    const auto answer = send({.method = method, .url = server.url("/x")});
    ASSERT_TRUE(answer) << method;
    EXPECT_EQ(answer->status, 204);
    const auto received = server.finish();
    EXPECT_THAT(received[0], StartsWith(std::string(method) + " /x HTTP/1.1\r\n"));
    EXPECT_THAT(received[0], Not(HasSubstr("Content-")));
  }
}

TEST_F(CurlHttpClientTest, an_empty_post_and_a_put_have_a_length) {
  ScriptedServer server({{ReadRequest{}, ok()}});
  ASSERT_TRUE(send({.method = "POST", .url = server.url()}));
  ASSERT_TRUE(send({.method = "PUT", .url = server.url(), .body = "{}"}));
  const auto received = server.finish();
  EXPECT_THAT(received[0], HasSubstr("Content-Length: 0\r\n"));
  EXPECT_THAT(received[0], Not(HasSubstr("Content-Type")));
  EXPECT_THAT(received[1], StartsWith("PUT / HTTP/1.1\r\n"));
  EXPECT_THAT(received[1], EndsWith("\r\n\r\n{}"));
}

TEST_F(CurlHttpClientTest, skips_informational_answers_and_trailers) {
  ScriptedServer server({{ReadRequest{}, Reply{"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
                                               "HTTP/1.1 200 OK\r\nA: b\r\nTransfer-Encoding: chunked\r\nTrailer: T\r\n\r\n"
                                               "2\r\nok\r\n0\r\nA: late\r\nT: late\r\n\r\n"}}});
  const auto answer = send({.url = server.url()});
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(answer->body, "ok");
  EXPECT_EQ(answer->header("a"), "b");
  EXPECT_EQ(answer->header("link"), "");
  EXPECT_EQ(answer->header("t"), "");
}

TEST_F(CurlHttpClientTest, error_statuses_are_answers) {
  for (const auto* status : {"400", "401", "429", "500", "503"}) {
    ScriptedServer server(
        {{ReadRequest{}, Reply{std::string("HTTP/1.1 ") + status + " X\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n"}}});
    const auto answer = send(post(server.url()));
    ASSERT_TRUE(answer) << status;
    EXPECT_EQ(std::to_string(answer->status), status);
    EXPECT_EQ(answer->header("retry-after"), "7");
    EXPECT_THAT(server.finish(), SizeIs(1)) << status;
  }
}

TEST_F(CurlHttpClientTest, redirects_are_answers_not_journeys) {
  ScriptedServer elsewhere({{ReadRequest{}, ok()}});
  ScriptedServer server({{ReadRequest{}, Reply{"HTTP/1.1 307 Temporary Redirect\r\nLocation: " + elsewhere.url("/steal") +
                                               "\r\nContent-Length: 0\r\n\r\n"}}});
  const auto answer = send(post(server.url()));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 307);
  EXPECT_THAT(elsewhere.finish(), IsEmpty());
}

TEST_F(CurlHttpClientTest, each_call_has_a_connection_of_its_own) {
  ScriptedServer server({{ReadRequest{}, Reply{"HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok"}, Stall{}}});
  ASSERT_TRUE(send(post(server.url())));
  ASSERT_TRUE(send(post(server.url())));
  EXPECT_THAT(server.finish(), SizeIs(2));
}

TEST_F(CurlHttpClientTest, many_calls_at_once) {
  ScriptedServer server({{ReadRequest{}, ok()}});
  int answered = 0;
  for (int i = 0; i < 50; ++i)
    boost::asio::co_spawn(context_, client_.send(post(server.url())), [&](std::exception_ptr, auto answer) { answered += answer ? 1 : 0; });
  context_.run();
  EXPECT_EQ(answered, 50);
  EXPECT_THAT(server.finish(), SizeIs(50));
}

TEST_F(CurlHttpClientTest, security_s05_ambient_proxy_settings_are_ignored) {
  ScriptedServer proxy({{ReadRequest{}, ok()}});
  ScriptedServer server({{ReadRequest{}, ok()}});
  for (const auto* name : {"http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"}) setenv(name, proxy.url().c_str(), 1);
  EXPECT_TRUE(send(post(server.url())));
  for (const auto* name : {"http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"}) unsetenv(name);
  EXPECT_THAT(proxy.finish(), IsEmpty());
  EXPECT_THAT(server.finish(), SizeIs(1));
}

TEST_F(CurlHttpClientTest, security_s05_a_url_that_is_not_canonical_is_not_dialled) {
  ScriptedServer server({{ReadRequest{}, ok()}});
  for (const auto& url :
       {"http://127.1:" + std::to_string(server.port()) + "/", "http://x@127.0.0.1:" + std::to_string(server.port()) + "/",
        std::string("file:///etc/passwd"), std::string("gopher://127.0.0.1/")}) {
    const auto answer = send(post(url));
    ASSERT_FALSE(answer) << url;
    EXPECT_EQ(answer.error().state, SendState::kNotSent);
    EXPECT_EQ(answer.error().error.code, Code::kInvalidInput);
  }
  EXPECT_THAT(server.finish(), IsEmpty());
}

TEST_F(CurlHttpClientTest, security_s05_only_the_canonical_url_is_on_the_wire) {
  ScriptedServer server({{ReadRequest{}, ok()}});
  ASSERT_TRUE(send({.url = "HTTP://127.0.0.1:" + std::to_string(server.port()) + "/a//b;c%2Fd?e=%20"}));
  EXPECT_THAT(server.finish()[0], StartsWith("GET /a//b;c%2Fd?e=%20 HTTP/1.1\r\n"));
}

TEST_F(CurlHttpClientTest, security_s03_no_header_can_hold_another) {
  ScriptedServer server({{ReadRequest{}, ok()}});
  const std::pair<std::string, std::string> headers[] = {
      {"A", "b\r\nC: d"}, {"A", "b\nC: d"}, {"A", std::string("b\0c", 3)}, {"A\r\nB", "c"}, {"A B", "c"}, {"A:", "c"}, {"", "c"}};
  for (const auto& header : headers) {
    auto request = post(server.url());
    request.headers.push_back(header);
    const auto answer = send(std::move(request));
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().error.code, Code::kInvalidInput);
  }
  EXPECT_FALSE(send({.method = "GET / HTTP/1.1\r\nX: y\r\n\r\nGET", .url = server.url()}));
  EXPECT_THAT(server.finish(), IsEmpty());
}

TEST_F(CurlHttpClientTest, calls_in_flight_end_when_the_client_goes) {
  ScriptedServer server({{ReadRequest{}, Stall{}}});
  auto client = std::make_unique<CurlHttpClient>(Settings{.policy = test::egress({"127.0.0.0/8:*"}), .most_in_flight = 1}, clock_);
  std::vector<SendState> states;
  const auto take = [&](std::exception_ptr, auto answer) { states.push_back(answer.error().state); };
  boost::asio::co_spawn(context_, client->send(post(server.url())), take);
  context_.poll();
  server.wait_for_requests(1);
  boost::asio::co_spawn(context_, client->send(post(server.url())), take);
  context_.poll();
  client.reset();
  context_.run();
  EXPECT_THAT(states, testing::UnorderedElementsAre(SendState::kSent, SendState::kNotSent));
  EXPECT_THAT(server.finish(), SizeIs(1));
}

}  // namespace
}  // namespace valetkey::adapters::curl
