// The egress policy (S6) on each address that is about to be dialled, and the one parse of its URL (S5).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>

#include "support/scripted_server.hpp"
#include "support/upstream_rig.hpp"

namespace valetkey::adapters::upstream {
namespace {

using model::Code;
using test::ReadRequest;
using test::Reply;
using test::ScriptedServer;
using test::UpstreamRig;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

const test::Script kOk{ReadRequest{}, Reply{"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok"}};

ports::UpstreamRequest to(const std::string& url) {
  auto request = UpstreamRig::to(1);
  request.origin = model::parse_url(url).value();
  return request;
}

void expect_denied(Settings settings, const ports::UpstreamRequest& request) {
  UpstreamRig rig(std::move(settings));
  const auto reply = rig.fetch(request);
  EXPECT_EQ(reply.code(), Code::kEgressDenied) << model::to_string(request.origin);
  EXPECT_EQ(reply.state, ports::SendState::kNotSent);
}

/// Every name is at these addresses.
Resolver always(std::vector<std::string> texts) {
  return [texts](const std::string&) -> model::Result<Addresses> {
    Addresses addresses;
    for (const auto& text : texts) addresses.push_back(model::parse_address(text).value());
    return addresses;
  };
}

TEST(UpstreamEgress, security_s06_denied_before_any_packet) {
  ScriptedServer server({kOk});
  UpstreamRig rig({.policy = test::egress({})});
  const auto reply = rig.fetch(UpstreamRig::to(server.port()));
  EXPECT_EQ(reply.code(), Code::kEgressDenied);
  EXPECT_THAT(reply.error->log.text, HasSubstr("loopback (RFC 1122)"));
  EXPECT_THAT(reply.error->detail, Not(HasSubstr("RFC")));
  EXPECT_THAT(server.finish(), IsEmpty());
}

TEST(UpstreamEgress, security_s06_special_addresses_are_never_dialled) {
  for (const auto* url :
       {"http://169.254.169.254", "http://[fd00:ec2::254]", "http://168.63.129.16", "http://0.0.0.0", "http://[::]", "http://[::1]",
        "http://[::ffff:127.0.0.1]", "http://[::127.0.0.1]", "http://[64:ff9b::7f00:1]", "http://[64:ff9b::a9fe:a9fe]",
        "http://[2002:7f00:1::]", "http://[2002:a9fe:a9fe::1]", "http://[2001:0:7f00:1::]", "http://10.0.0.1", "http://192.168.1.1",
        "http://100.64.0.1", "http://224.0.0.1", "http://[fe80::1]", "http://[ff02::1]"})
    expect_denied({.policy = test::egress({})}, to(url));
}

TEST(UpstreamEgress, security_s06_a_name_is_what_it_resolves_to) {
  for (const auto* address :
       {"127.0.0.1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "169.254.169.254", "::1", "fd00:ec2::254"})
    expect_denied({.policy = test::egress({}), .resolver = always({address})}, to("http://innocent.example"));
  ScriptedServer server({kOk});
  expect_denied({.policy = test::egress({})}, to("http://localhost:" + std::to_string(server.port())));
  EXPECT_THAT(server.finish(), IsEmpty());
}

TEST(UpstreamEgress, security_s06_only_allowed_ones_of_its_addresses_are_dialled) {
  ScriptedServer server({kOk});
  const auto url = "http://mixed.example:" + std::to_string(server.port());
  UpstreamRig rig({.policy = test::egress({"127.0.0.1/32:*"}), .resolver = always({"127.0.0.2", "::1", "169.254.169.254", "127.0.0.1"})});
  const auto reply = rig.fetch(to(url));
  EXPECT_EQ(reply.body, "ok");
  EXPECT_THAT(server.finish(), SizeIs(1));
}

TEST(UpstreamEgress, security_s06_an_answer_that_changes_is_asked_for_again_at_every_connection) {
  // The first answer is harmless, the next one points inside (DNS rebinding).
  ScriptedServer server({kOk});
  auto asked = std::make_shared<std::atomic<int>>(0);
  Resolver rebinding = [asked](const std::string&) -> model::Result<Addresses> {
    return Addresses{model::parse_address(asked->fetch_add(1) == 0 ? "127.0.0.1" : "127.0.0.2").value()};
  };
  UpstreamRig rig({.policy = test::egress({"127.0.0.1/32:*"}), .resolver = rebinding});
  const auto request = to("http://rebinding.example:" + std::to_string(server.port()));
  EXPECT_EQ(rig.fetch(request).body, "ok");
  EXPECT_EQ(rig.fetch(request).code(), Code::kEgressDenied);
  EXPECT_EQ(asked->load(), 2);
  EXPECT_THAT(server.finish(), SizeIs(1));
}

TEST(UpstreamEgress, security_s06_the_repeat_on_a_new_connection_is_checked_too) {
  ScriptedServer server({{ReadRequest{}, Reply{"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"}, ReadRequest{}, test::Reset{}}, kOk});
  auto asked = std::make_shared<std::atomic<int>>(0);
  Resolver rebinding = [asked](const std::string&) -> model::Result<Addresses> {
    return Addresses{model::parse_address(asked->fetch_add(1) == 0 ? "127.0.0.1" : "127.0.0.2").value()};
  };
  UpstreamRig rig({.policy = test::egress({"127.0.0.1/32:*"}), .resolver = rebinding});
  const auto request = to("http://rebinding.example:" + std::to_string(server.port()));
  EXPECT_EQ(rig.fetch(request).body, "ok");
  EXPECT_EQ(rig.fetch(request).code(), Code::kEgressDenied);
  EXPECT_THAT(server.finish(), SizeIs(1));
}

TEST(UpstreamEgress, security_s06_an_exception_counts_for_its_tenant_and_port_only) {
  ScriptedServer server({kOk});
  auto request = UpstreamRig::to(server.port());
  expect_denied({.policy = test::egress({"127.0.0.0/8:*@ten_b"})}, request);
  expect_denied({.policy = test::egress({"127.0.0.0/8:1"})}, request);
  expect_denied({.policy = test::egress({"127.0.0.2/32:*"})}, request);
  UpstreamRig rig({.policy = test::egress({"127.0.0.0/8:*@ten_a"})});
  EXPECT_EQ(rig.fetch(request).body, "ok");
  EXPECT_THAT(server.finish(), SizeIs(1));
}

TEST(UpstreamEgress, security_s06_our_own_listeners_and_names_stay_denied) {
  ScriptedServer server({kOk});
  const auto policy = std::make_shared<const model::AddressPolicy>(
      model::AddressPolicy::Settings{.rules = {model::parse_egress_rule("127.0.0.0/8:*").value()},
                                     .own = {{model::make_v4(127, 0, 0, 1), server.port()}},
                                     .own_names = {{"broker.example", 443}}});
  expect_denied({.policy = policy}, UpstreamRig::to(server.port()));
  expect_denied({.policy = policy, .resolver = always({"127.0.0.1"})}, to("http://elsewhere.example:" + std::to_string(server.port())));
  expect_denied({.policy = policy, .resolver = always({"127.0.0.1"})}, to("https://broker.example"));
  EXPECT_THAT(server.finish(), IsEmpty());
}

TEST(UpstreamEgress, security_s05_the_parsed_host_is_what_is_resolved_and_named) {
  ScriptedServer server({kOk});
  auto asked = std::make_shared<std::string>();
  Resolver recording = [asked](const std::string& host) -> model::Result<Addresses> {
    *asked = host;
    return Addresses{model::make_v4(127, 0, 0, 1)};
  };
  UpstreamRig rig({.policy = test::egress({"127.0.0.0/8:*"}), .resolver = recording});
  EXPECT_EQ(rig.fetch(to("http://API.Example:" + std::to_string(server.port()))).body, "ok");
  EXPECT_EQ(*asked, "api.example");
  EXPECT_THAT(server.finish(), testing::ElementsAre(HasSubstr("Host: api.example:" + std::to_string(server.port()) + "\r\n")));
}

TEST(UpstreamEgress, security_s05_no_ambient_proxy_is_used) {
  ScriptedServer proxy({kOk});
  ScriptedServer server({kOk});
  const auto url = "http://127.0.0.1:" + std::to_string(proxy.port());
  for (const auto* name : {"http_proxy", "HTTP_PROXY", "ALL_PROXY"}) setenv(name, url.c_str(), 1);
  UpstreamRig rig;
  EXPECT_EQ(rig.fetch(UpstreamRig::to(server.port())).body, "ok");
  for (const auto* name : {"http_proxy", "HTTP_PROXY", "ALL_PROXY"}) unsetenv(name);
  EXPECT_THAT(proxy.finish(), IsEmpty());
}

TEST(UpstreamEgress, further_addresses_are_tried) {
  ScriptedServer server({kOk});
  UpstreamRig rig({.policy = test::egress({"127.0.0.0/8:*"}), .resolver = always({"127.0.0.2", "127.0.0.3", "127.0.0.1"})});
  EXPECT_EQ(rig.fetch(to("http://many.example:" + std::to_string(server.port()))).body, "ok");
}

TEST(UpstreamEgress, a_name_without_addresses_is_unreachable) {
  for (const auto& resolver : {always({}), Resolver([](const std::string&) -> model::Result<Addresses> {
                                 return model::fail(Code::kUpstreamUnreachable, "the name cannot be resolved");
                               })}) {
    UpstreamRig rig({.policy = test::egress({}), .resolver = resolver});
    const auto reply = rig.fetch(to("http://nowhere.example"));
    EXPECT_EQ(reply.code(), Code::kUpstreamUnreachable);
    EXPECT_EQ(reply.state, ports::SendState::kNotSent);
  }
}

}  // namespace
}  // namespace valetkey::adapters::upstream
