// Which connections are used again, by whom, and what may have happened to them (S14).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <boost/asio/detached.hpp>
#include <thread>

#include "support/piece_source.hpp"
#include "support/scripted_server.hpp"
#include "support/upstream_rig.hpp"

namespace valetkey::adapters::upstream {
namespace {

using namespace std::chrono_literals;
using model::Code;
using test::ReadRequest;
using test::Reply;
using test::Reset;
using test::Script;
using test::ScriptedServer;
using test::Stall;
using test::UpstreamRig;
using testing::SizeIs;

const Reply kOne{"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\none"};
const Reply kTwo{"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\ntwo"};
const Script kBoth{ReadRequest{}, kOne, ReadRequest{}, kTwo};

TEST(UpstreamKept, a_connection_serves_the_same_caller_again) {
  ScriptedServer server({kBoth});
  UpstreamRig rig;
  EXPECT_EQ(rig.fetch(UpstreamRig::to(server.port())).body, "one");
  EXPECT_EQ(rig.fetch(UpstreamRig::to(server.port())).body, "two");
  EXPECT_THAT(server.finish(), SizeIs(1));
}

TEST(UpstreamKept, security_s14_never_for_another_tenant_credential_origin_or_certificate) {
  ScriptedServer server({{ReadRequest{}, kOne, Stall{}}});
  UpstreamRig rig;
  const auto first = UpstreamRig::to(server.port());
  EXPECT_EQ(rig.fetch(first).body, "one");
  auto tenant = first;
  tenant.tenant = model::TenantId{"ten_b"};
  auto credential = first;
  credential.credential = model::CredentialId{"cred_b"};
  auto host = first;
  host.origin = model::parse_url("http://localhost:" + std::to_string(server.port())).value();
  auto certificate = first;
  certificate.certificate = std::make_shared<const ports::ClientCertificate>(ports::ClientCertificate{.id = "cert_a"});
  auto other_certificate = first;
  other_certificate.certificate = std::make_shared<const ports::ClientCertificate>(ports::ClientCertificate{.id = "cert_b"});
  auto confused = first;  // the same letters, cut elsewhere
  confused.tenant = model::TenantId{"ten_acred_"};
  confused.credential = model::CredentialId{"a"};
  for (const auto& other : {tenant, credential, host, certificate, other_certificate, confused}) EXPECT_EQ(rig.fetch(other).body, "one");
  EXPECT_THAT(server.finish(), SizeIs(7));
}

TEST(UpstreamKept, security_s14_surplus_bytes_are_nobodys_reply) {
  const auto poisoned = kOne.bytes + "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil";
  ScriptedServer server({{ReadRequest{}, Reply{poisoned}, Stall{}}, {ReadRequest{}, kTwo, Stall{}}});
  UpstreamRig rig;
  EXPECT_EQ(rig.fetch(UpstreamRig::to(server.port())).body, "one");
  auto other = UpstreamRig::to(server.port());
  other.tenant = model::TenantId{"ten_b"};
  EXPECT_EQ(rig.fetch(other).body, "two");
  EXPECT_EQ(rig.fetch(UpstreamRig::to(server.port())).body, "two");
  EXPECT_THAT(server.finish(), SizeIs(3));
}

TEST(UpstreamKept, security_s14_surplus_bytes_behind_no_body_head_and_chunks) {
  for (const auto* bytes : {"HTTP/1.1 204 No Content\r\n\r\nevil", "HTTP/1.1 304 Not Modified\r\nContent-Length: 4\r\n\r\nevil",
                            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nevil"}) {
    ScriptedServer server({{ReadRequest{}, Reply{bytes}, Stall{}}, {ReadRequest{}, kTwo}});
    UpstreamRig rig;
    EXPECT_EQ(rig.fetch(UpstreamRig::to(server.port())).body, "");
    EXPECT_EQ(rig.fetch(UpstreamRig::to(server.port())).body, "two") << bytes;
    EXPECT_THAT(server.finish(), SizeIs(2)) << bytes;
  }
}

/// Two connections: one sends more while it is kept, told to by the request on the other.
TEST(UpstreamKept, security_s14_bytes_that_come_while_it_is_kept) {
  ScriptedServer server({{ReadRequest{}, kOne, Stall{}, Reply{"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"}, ReadRequest{}},
                         {ReadRequest{}, kTwo, Stall{}}});
  UpstreamRig rig;
  EXPECT_EQ(rig.fetch(UpstreamRig::to(server.port())).body, "one");
  server.release();
  auto other = UpstreamRig::to(server.port());
  other.tenant = model::TenantId{"ten_b"};
  EXPECT_EQ(rig.fetch(other).body, "two");
  rig.advance(1s);
  // Whether the bytes arrived before the sweep or are found at the next use: they answer nothing.
  EXPECT_EQ(rig.fetch(UpstreamRig::to(server.port(), "POST")).body == "evil", false);
}

TEST(UpstreamKept, what_the_server_does_not_keep_is_not_used_again) {
  for (const auto* bytes :
       {"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 3\r\n\r\none", "HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\none",
        "HTTP/1.1 200 OK\r\nKeep-Alive: timeout=1\r\nContent-Length: 3\r\n\r\none"}) {
    ScriptedServer server({{ReadRequest{}, Reply{bytes}, Stall{}}, {ReadRequest{}, kTwo}});
    UpstreamRig rig;
    EXPECT_EQ(rig.fetch(UpstreamRig::to(server.port())).body, "one");
    EXPECT_EQ(rig.fetch(UpstreamRig::to(server.port())).body, "two") << bytes;
  }
}

TEST(UpstreamKept, a_connection_that_its_server_closed_is_replaced) {
  ScriptedServer server({{ReadRequest{}, kOne}, {ReadRequest{}, kTwo}});
  UpstreamRig rig;
  EXPECT_EQ(rig.fetch(UpstreamRig::to(server.port())).body, "one");
  EXPECT_EQ(rig.fetch(UpstreamRig::to(server.port())).body, "two");
}

TEST(UpstreamKept, an_idempotent_call_without_a_body_is_repeated_once_on_a_new_connection) {
  for (const auto* method : {"GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"}) {
    ScriptedServer server({{ReadRequest{}, kOne, ReadRequest{}, Reset{}}, {ReadRequest{}, Reply{"HTTP/1.1 204 No Content\r\n\r\n"}}});
    UpstreamRig rig;
    EXPECT_EQ(rig.fetch(UpstreamRig::to(server.port())).body, "one");
    EXPECT_EQ(rig.fetch(UpstreamRig::to(server.port(), method)).status, 204) << method;
    EXPECT_THAT(server.finish(), SizeIs(2));
  }
  ScriptedServer server({{ReadRequest{}, kOne, ReadRequest{}, Reset{}}, {ReadRequest{}, Reset{}}});
  UpstreamRig rig;
  EXPECT_EQ(rig.fetch(UpstreamRig::to(server.port())).body, "one");
  EXPECT_EQ(rig.fetch(UpstreamRig::to(server.port())).code(), Code::kUpstreamBroken);
  EXPECT_THAT(server.finish(), SizeIs(2));
}

TEST(UpstreamKept, nothing_else_is_repeated) {
  for (const auto& [method, bytes, has_body] : {std::tuple{"POST", "", false},
                                                {"PATCH", "", false},
                                                {"PUT", "", true},
                                                {"GET", "HTTP/1.1 20", false},
                                                {"GET", "HTTP/1.1 100 Continue\r\n\r\n", false}}) {
    ScriptedServer server({{ReadRequest{}, kOne, ReadRequest{}, Reply{bytes}}, {ReadRequest{}, kTwo}});
    UpstreamRig rig;
    EXPECT_EQ(rig.fetch(UpstreamRig::to(server.port())).body, "one");
    auto request = UpstreamRig::to(server.port(), method);
    test::PieceSource body(rig.context, {"a"}, 1);
    if (has_body) request.body = &body;
    const auto reply = rig.fetch(request);
    EXPECT_EQ(reply.code(), Code::kUpstreamBroken) << method << " " << bytes;
    EXPECT_EQ(reply.state, ports::SendState::kSent);
    EXPECT_THAT(server.finish(), SizeIs(1)) << method << " " << bytes;
  }
}

TEST(UpstreamKept, a_body_that_is_not_read_to_its_end_ends_its_connection) {
  ScriptedServer server({{ReadRequest{}, Reply{"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\non"}, Stall{}}, {ReadRequest{}, kTwo}});
  UpstreamRig rig;
  {
    const auto reply = test::run(rig.context, rig.upstream.send(UpstreamRig::to(server.port())));
    ASSERT_TRUE(reply);
    EXPECT_EQ(test::run(rig.context, (*reply).body->read()).value(), "on");
  }
  EXPECT_EQ(rig.fetch(UpstreamRig::to(server.port())).body, "two");
}

TEST(UpstreamKept, a_reader_that_knows_the_size_need_not_ask_for_the_end) {
  ScriptedServer server({kBoth});
  UpstreamRig rig;
  {
    const auto reply = test::run(rig.context, rig.upstream.send(UpstreamRig::to(server.port())));
    ASSERT_TRUE(reply);
    EXPECT_EQ(test::run(rig.context, (*reply).body->read()).value(), "one");
  }
  EXPECT_EQ(rig.fetch(UpstreamRig::to(server.port())).body, "two");
  EXPECT_THAT(server.finish(), SizeIs(1));
}

TEST(UpstreamKept, lives_for_its_time_and_not_a_second_longer) {
  ScriptedServer server({{ReadRequest{}, kOne, ReadRequest{}, kOne, Stall{}}, {ReadRequest{}, kTwo}});
  UpstreamRig rig;
  EXPECT_EQ(rig.fetch(UpstreamRig::to(server.port())).body, "one");
  rig.advance(54'999ms);
  EXPECT_EQ(rig.fetch(UpstreamRig::to(server.port())).body, "one");
  rig.advance(55'000ms);
  EXPECT_EQ(rig.fetch(UpstreamRig::to(server.port())).body, "two");
  EXPECT_THAT(server.finish(), SizeIs(2));
}

TEST(UpstreamKept, no_more_than_the_settings_say) {
  auto settings = UpstreamRig::settings();
  settings.most_idle = 2;
  ScriptedServer server({{ReadRequest{}, kOne, ReadRequest{}, kTwo, Stall{}}});
  auto rig = std::make_unique<UpstreamRig>(settings);
  const auto of = [&](const char* tenant) {
    auto request = UpstreamRig::to(server.port());
    request.tenant = model::TenantId{tenant};
    return request;
  };
  for (const auto* tenant : {"ten_a", "ten_b", "ten_c"}) EXPECT_EQ(rig->fetch(of(tenant)).body, "one");
  EXPECT_EQ(rig->fetch(of("ten_c")).body, "two");
  EXPECT_EQ(rig->fetch(of("ten_b")).body, "two");
  EXPECT_EQ(rig->fetch(of("ten_a")).body, "one");  // gave way to c
  rig.reset();
  EXPECT_THAT(server.finish(), SizeIs(4));
}

TEST(UpstreamKept, each_context_keeps_its_own) {
  constexpr int kCalls = 100;
  test::Script script;
  for (int i = 0; i < kCalls; ++i) script.insert(script.end(), {ReadRequest{}, kOne});
  ScriptedServer server({script});
  test::SteppedClock clock;
  std::array<boost::asio::io_context, 2> contexts;
  AsioUpstream upstream(UpstreamRig::settings(), clock, {&contexts[0], &contexts[1]});
  std::atomic<int> answered = 0;
  auto request = UpstreamRig::to(server.port());
  request.origin = model::parse_url("http://localhost:" + std::to_string(server.port())).value();
  const auto call_often = [&](boost::asio::io_context& context) -> ports::Task<void> {
    for (int i = 0; i < kCalls; ++i) {
      const auto reply = co_await upstream.send(request);
      if (reply && (co_await reply->body->read()).value_or("") == "one") ++answered;
    }
    context.stop();
  };
  std::vector<std::thread> threads;
  for (auto& context : contexts) {
    boost::asio::co_spawn(context, call_often(context), boost::asio::detached);
    threads.emplace_back([&context] { context.run(); });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(answered, 2 * kCalls);
  EXPECT_THAT(server.finish(), SizeIs(2));
}

TEST(UpstreamKept, the_one_used_last_is_used_next) {
  auto settings = UpstreamRig::settings();
  settings.most_idle_per_key = 2;
  ScriptedServer server({{ReadRequest{}, Stall{}, kOne, ReadRequest{}, kOne, Stall{}},
                         {ReadRequest{}, Stall{}, kTwo, ReadRequest{}, kTwo, Stall{}},
                         {ReadRequest{}, Stall{}, kTwo, Stall{}}});
  auto rig = std::make_unique<UpstreamRig>(settings);
  std::vector<UpstreamRig::Running> calls;
  for (int i = 0; i < 3; ++i) {
    calls.push_back(rig->start(UpstreamRig::to(server.port())));
    server.wait_for_requests(static_cast<std::size_t>(i) + 1);
  }
  server.release();
  for (const auto& call : calls) EXPECT_EQ(rig->finish(call).status, 200);
  EXPECT_EQ(rig->fetch(UpstreamRig::to(server.port())).status, 200);
  rig.reset();
  EXPECT_THAT(server.finish(), SizeIs(3));
}

}  // namespace
}  // namespace valetkey::adapters::upstream
