// The egress policy (S6) on the address that libcurl is about to connect to.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "adapters/curl/curl_http_client.hpp"
#include "adapters/system/system_clock.hpp"
#include "support/egress.hpp"
#include "support/run_task.hpp"
#include "support/scripted_server.hpp"

namespace valetkey::adapters::curl {
namespace {

using model::Code;
using ports::SendState;
using test::ReadRequest;
using test::Reply;
using test::ScriptedServer;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

const test::Script kOk{ReadRequest{}, Reply{"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"}};

auto send(std::shared_ptr<const model::AddressPolicy> policy, std::string url, std::string tenant = {}) {
  boost::asio::io_context context;
  system::SystemClock clock;
  CurlHttpClient client{Settings{.policy = std::move(policy)}, clock};
  return test::run(context, client.send({.url = std::move(url), .tenant = model::TenantId{std::move(tenant)}}));
}

void expect_denied(std::shared_ptr<const model::AddressPolicy> policy, std::string url, std::string tenant = {}) {
  const auto answer = send(std::move(policy), url, std::move(tenant));
  ASSERT_FALSE(answer) << url;
  EXPECT_EQ(answer.error().state, SendState::kNotSent) << url;
  EXPECT_EQ(answer.error().error.code, Code::kEgressDenied) << url << ": " << answer.error().error.detail;
}

TEST(CurlEgress, security_s06_denied_before_any_packet) {
  ScriptedServer server({kOk});
  const auto answer = send(test::egress({}), server.url());
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().error.code, Code::kEgressDenied);
  EXPECT_THAT(answer.error().error.log.text, HasSubstr("loopback (RFC 1122)"));
  EXPECT_THAT(answer.error().error.detail, Not(HasSubstr("RFC")));
  EXPECT_THAT(server.finish(), IsEmpty());
}

TEST(CurlEgress, security_s06_a_name_is_what_it_resolves_to) {
  ScriptedServer server({kOk});
  expect_denied(test::egress({}), "http://localhost:" + std::to_string(server.port()) + "/");
  EXPECT_THAT(server.finish(), IsEmpty());
}

TEST(CurlEgress, security_s06_special_addresses_are_never_dialled) {
  for (const auto* url : {"http://169.254.169.254/latest/meta-data/", "http://[fd00:ec2::254]/", "http://168.63.129.16/", "http://0.0.0.0/",
                          "http://[::]/", "http://[::1]/", "http://[::ffff:127.0.0.1]/", "http://[64:ff9b::7f00:1]/", "http://10.0.0.1/"})
    expect_denied(test::egress({}), url);
}

TEST(CurlEgress, security_s06_an_exception_counts_for_its_tenant_and_port_only) {
  ScriptedServer server({kOk});
  expect_denied(test::egress({"127.0.0.0/8:*@ten_a"}), server.url(), "ten_b");
  expect_denied(test::egress({"127.0.0.0/8:*@ten_a"}), server.url());
  expect_denied(test::egress({"127.0.0.0/8:1"}), server.url());
  expect_denied(test::egress({"127.0.0.2/32:*"}), server.url());
  EXPECT_TRUE(send(test::egress({"127.0.0.0/8:*@ten_a"}), server.url(), "ten_a"));
  EXPECT_THAT(server.finish(), SizeIs(1));
}

TEST(CurlEgress, security_s06_an_allowed_address_is_reached_by_name_too) {
  ScriptedServer server({kOk});
  EXPECT_TRUE(send(test::egress({"127.0.0.0/8:*"}), "http://localhost:" + std::to_string(server.port()) + "/"));
  EXPECT_THAT(server.finish(), SizeIs(1));
}

TEST(CurlEgress, security_s06_our_own_listeners_and_names_stay_denied) {
  ScriptedServer server({kOk});
  const auto policy = std::make_shared<const model::AddressPolicy>(
      model::AddressPolicy::Settings{.rules = {model::parse_egress_rule("127.0.0.0/8:*").value()},
                                     .own = {{model::make_v4(127, 0, 0, 1), server.port()}},
                                     .own_names = {{"broker.example", 443}}});
  expect_denied(policy, server.url());
  expect_denied(policy, "https://broker.example/v1/keys");
  EXPECT_THAT(server.finish(), IsEmpty());
}

}  // namespace
}  // namespace valetkey::adapters::curl
