// What is known of a call without an answer: the difference between "not sent" and "outcome unknown" of DESIGN 5.4.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "adapters/curl/curl_http_client.hpp"
#include "adapters/curl/failure_text.hpp"
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
using test::Reset;
using test::ScriptedServer;
using test::Stall;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

class SendStateTest : public testing::Test {
 protected:
  auto send(HttpRequest request) { return test::run(context_, client_.send(std::move(request))); }

  static HttpRequest post(std::string url) {
    return {.method = "POST", .url = std::move(url), .body = "grant_type=refresh_token&refresh_token=secret"};
  }

  /// Plays `script` for one call, which must end as "sent, no usable answer", once.
  void expect_unknown(test::Script script, std::string_view reason, Milliseconds deadline = Milliseconds{10'000},
                      std::size_t most = 1 << 20) {
    ScriptedServer server({std::move(script)});
    auto request = post(server.url("/token?client_secret=hidden"));
    request.deadline = deadline;
    request.max_response = most;
    const auto answer = send(std::move(request));
    ASSERT_FALSE(answer) << answer->status;
    EXPECT_EQ(answer.error().state, SendState::kSent);
    EXPECT_EQ(answer.error().error.code, Code::kOutcomeUnknown);
    EXPECT_THAT(answer.error().error.detail, HasSubstr(reason));
    EXPECT_THAT(answer.error().error.detail + answer.error().error.log.text, Not(HasSubstr("hidden")));
    EXPECT_THAT(server.finish(), SizeIs(1));
  }

  boost::asio::io_context context_;
  system::SystemClock clock_;
  CurlHttpClient client_{Settings{.policy = test::egress({"127.0.0.0/8:*"})}, clock_};
};

TEST_F(SendStateTest, refresh_5_4_closed_without_an_answer_is_unknown) { expect_unknown({ReadRequest{}}, "without an answer"); }

TEST_F(SendStateTest, refresh_5_4_reset_after_reading_is_unknown) { expect_unknown({ReadRequest{}, Reset{}}, "the connection broke"); }

TEST_F(SendStateTest, refresh_5_4_a_truncated_body_is_unknown) {
  expect_unknown({ReadRequest{}, Reply{"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"access_token\""}}, "cut off");
}

TEST_F(SendStateTest, refresh_5_4_a_truncated_chunk_is_unknown) {
  expect_unknown({ReadRequest{}, Reply{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n{\"access_token\""}},
                 "call 127.0.0.1: ");
}

TEST_F(SendStateTest, refresh_5_4_a_truncated_head_is_unknown) {
  expect_unknown({ReadRequest{}, Reply{"HTTP/1.1 200 OK\r\nContent-Le"}, Reset{}}, "call 127.0.0.1: ");
}

TEST_F(SendStateTest, refresh_5_4_an_answer_that_is_not_http_is_unknown) {
  expect_unknown({ReadRequest{}, Reply{"SSH-2.0-OpenSSH_9.2\r\n"}}, "not HTTP");
}

TEST_F(SendStateTest, refresh_5_4_silence_until_the_deadline_is_unknown) {
  expect_unknown({ReadRequest{}, Stall{}}, "the deadline passed", Milliseconds{200});
}

TEST_F(SendStateTest, refresh_5_4_a_slow_body_is_cut_at_the_deadline) {
  expect_unknown({ReadRequest{}, Reply{"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"}, Stall{}}, "the deadline passed",
                 Milliseconds{200});
}

TEST_F(SendStateTest, refresh_5_4_a_body_that_is_too_large_is_unknown) {
  expect_unknown({ReadRequest{}, Reply{"HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n"}, Stall{}}, "too large", Milliseconds{10'000},
                 1000);
  expect_unknown({ReadRequest{}, Reply{"HTTP/1.1 200 OK\r\n\r\n" + std::string(1001, 'x')}, Stall{}}, "too large", Milliseconds{10'000},
                 1000);
}

TEST_F(SendStateTest, a_body_of_the_largest_size_is_read) {
  ScriptedServer server({{ReadRequest{}, Reply{"HTTP/1.1 200 OK\r\n\r\n" + std::string(1000, 'x')}},
                         {ReadRequest{}, Reply{"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + std::string(1000, 'x')}}});
  for (int i = 0; i < 2; ++i) {
    auto request = post(server.url());
    request.max_response = 1000;
    const auto answer = send(std::move(request));
    ASSERT_TRUE(answer);
    EXPECT_THAT(answer->body, SizeIs(1000));
  }
}

TEST_F(SendStateTest, headers_beyond_64_kib_end_the_call) {
  std::string head = "HTTP/1.1 200 OK\r\n";
  for (int i = 0; i < 70; ++i) head += "X-" + std::to_string(i) + ": " + std::string(1000, 'x') + "\r\n";
  expect_unknown({ReadRequest{}, Reply{head + "\r\n"}}, "headers of the answer are too large");
}

TEST_F(SendStateTest, refresh_5_4_a_refused_connection_is_not_sent) {
  std::string url;
  {
    const ScriptedServer gone({{}});
    url = gone.url();
  }
  const auto answer = send(post(url));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().state, SendState::kNotSent);
  EXPECT_EQ(answer.error().error.code, Code::kProviderUnavailable);
  EXPECT_THAT(answer.error().error.detail, HasSubstr("no connection can be made"));
}

TEST_F(SendStateTest, refresh_5_4_a_failed_tls_handshake_is_not_sent) {
  ScriptedServer server({{Reply{"HTTP/1.1 400 Bad Request\r\n\r\nplain HTTP here"}, ReadRequest{}}});
  const auto answer = send(post("https://127.0.0.1:" + std::to_string(server.port()) + "/"));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().state, SendState::kNotSent);
  EXPECT_EQ(answer.error().error.code, Code::kProviderUnavailable);
  EXPECT_THAT(server.finish(), testing::Each(Not(HasSubstr("secret"))));
}

TEST_F(SendStateTest, refresh_5_4_what_may_send_forbids_is_not_sent) {
  ScriptedServer server({{ReadRequest{}, Reply{"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"}}});
  auto request = post(server.url());
  int asked = 0;
  request.may_send = [&] {
    ++asked;
    return false;
  };
  const auto answer = send(std::move(request));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().state, SendState::kNotSent);
  EXPECT_EQ(answer.error().error.code, Code::kProviderUnavailable);
  EXPECT_EQ(asked, 1);
  const auto received = server.finish();
  ASSERT_THAT(received, SizeIs(1));  // it connected
  EXPECT_EQ(received[0], "");        // and no byte left
}

TEST_F(SendStateTest, refresh_5_4_may_send_is_asked_once_on_the_connected_socket) {
  ScriptedServer server({{ReadRequest{}, Reply{"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"}}});
  auto request = post(server.url());
  int asked = 0;
  request.may_send = [&] { return ++asked == 1; };
  EXPECT_TRUE(send(std::move(request)));
  EXPECT_EQ(asked, 1);
  EXPECT_THAT(server.finish(), SizeIs(1));
}

TEST_F(SendStateTest, refresh_5_4_a_call_that_never_got_a_place_is_not_sent) {
  ScriptedServer server({{ReadRequest{}, Stall{}, Reply{"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"}}});
  CurlHttpClient narrow{Settings{.policy = test::egress({"127.0.0.0/8:*"}), .most_in_flight = 1}, clock_};
  std::optional<std::expected<ports::HttpResponse, ports::HttpFailure>> first;
  std::optional<std::expected<ports::HttpResponse, ports::HttpFailure>> second;
  boost::asio::co_spawn(context_, narrow.send(post(server.url())), [&](std::exception_ptr, auto answer) { first = std::move(answer); });
  context_.poll();
  server.wait_for_requests(1);
  auto late = post(server.url());
  late.deadline = Milliseconds{100};
  boost::asio::co_spawn(context_, narrow.send(std::move(late)), [&](std::exception_ptr, auto answer) {
    second = std::move(answer);
    server.release();
  });
  context_.run();
  EXPECT_TRUE(first && first->has_value());
  ASSERT_TRUE(second && !second->has_value());
  EXPECT_EQ(second->error().state, SendState::kNotSent);
  EXPECT_THAT(second->error().error.detail, HasSubstr("the deadline passed"));
  EXPECT_THAT(server.finish(), SizeIs(1));
}

TEST_F(SendStateTest, a_deadline_that_passed_sends_nothing) {
  ScriptedServer server({{ReadRequest{}}});
  for (const int ms : {0, -5}) {
    auto request = post(server.url());
    request.deadline = Milliseconds{ms};
    const auto answer = send(std::move(request));
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().state, SendState::kNotSent);
  }
  EXPECT_THAT(server.finish(), IsEmpty());
}

TEST_F(SendStateTest, refresh_5_4_a_reset_before_reading_is_never_an_answer_and_never_repeated) {
  // whether a byte had left is the kernel's secret: both states are honest, a second request is not
  ScriptedServer server({{Reset{}}});
  const auto answer = send(post(server.url()));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().error.code, answer.error().state == SendState::kSent ? Code::kOutcomeUnknown : Code::kProviderUnavailable);
  EXPECT_THAT(server.finish(), SizeIs(1));
}

TEST(FailureText, security_s22_loses_queries) {
  EXPECT_EQ(without_queries("Failed for 'https://a/b?secret=1&x' then http://c?d and ?"),
            "Failed for 'https://a/b?...' then http://c?... and ?...");
  EXPECT_EQ(without_queries("Connection reset by peer"), "Connection reset by peer");
  EXPECT_EQ(without_queries(""), "");
}

}  // namespace
}  // namespace valetkey::adapters::curl
