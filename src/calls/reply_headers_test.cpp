#include "calls/reply_headers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace valetkey::calls {
namespace {

using testing::ElementsAre;
using testing::Pair;

const auto kPolicy = Pair("Content-Security-Policy", "default-src 'none'; sandbox; frame-ancestors 'none'");
const auto kSameOrigin = Pair("Cross-Origin-Resource-Policy", "same-origin");

TEST(ReplyHeaders, security_s13_nothing_that_acts_on_our_origin_passes) {
  for (const auto* name : {"Set-Cookie",
                           "set-cookie",
                           "SET-COOKIE",
                           "Set-Cookie2",
                           "Clear-Site-Data",
                           "Service-Worker-Allowed",
                           "Strict-Transport-Security",
                           "Alt-Svc",
                           "Access-Control-Allow-Origin",
                           "Access-Control-Allow-Credentials",
                           "access-control-anything",
                           "Reporting-Endpoints",
                           "Report-To",
                           "NEL",
                           "Refresh",
                           "Content-Security-Policy",
                           "Content-Security-Policy-Report-Only",
                           "Cross-Origin-Resource-Policy",
                           "X-Content-Type-Options",
                           "Public-Key-Pins",
                           "Proxy-Authenticate",
                           "Valetkey-Error",
                           "valetkey-warning",
                           "VALETKEY-anything"})
    EXPECT_THAT(reply_headers({{name, "x"}}), ElementsAre(kPolicy, kSameOrigin)) << name;
}

TEST(ReplyHeaders, all_others_pass_as_they_were_sent) {
  EXPECT_THAT(
      reply_headers({{"Content-Type", "text/html"},
                     {"Location", "https://elsewhere.example/"},
                     {"Retry-After", "7"},
                     {"ETag", "\"a\""},
                     {"link", "<https://api.example/?page=2>; rel=\"next\""},
                     {"Cache-Control", "max-age=60"},
                     {"X-A-Name-That-Is-Longer-Than-All-Those-That-Count-Here-By-Far", "1"}}),
      ElementsAre(Pair("Content-Type", "text/html"), Pair("Location", "https://elsewhere.example/"), Pair("Retry-After", "7"),
                  Pair("ETag", "\"a\""), Pair("link", "<https://api.example/?page=2>; rel=\"next\""), Pair("Cache-Control", "max-age=60"),
                  Pair("X-A-Name-That-Is-Longer-Than-All-Those-That-Count-Here-By-Far", "1"), kPolicy, kSameOrigin));
}

TEST(ReplyHeaders, what_the_server_writes_is_left_to_it) {
  EXPECT_THAT(reply_headers({{"Date", "x"}, {"Content-Length", "1"}, {"Connection", "close"}, {"X-Request-Id", "theirs"}}),
              ElementsAre(Pair("Valetkey-Upstream-Request-Id", "theirs"), kPolicy, kSameOrigin));
}

}  // namespace
}  // namespace valetkey::calls
