#include "http/router.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace valetkey::http {
namespace {

ports::Task<Response> nothing(Request&) { co_return Response{}; }

Router router_of(std::initializer_list<std::pair<const char*, const char*>> routes) {
  Router router;
  for (const auto& [method, path] : routes) router.add({.method = method, .path = path, .handler = nothing});
  return router;
}

/// `template name=value ...`, `405 allow`, or `404`.
std::string found(const Router& router, std::string_view method, std::string_view path) {
  const auto match = router.match(method, path);
  if (match.route == nullptr) return match.allow.empty() ? "404" : "405 " + match.allow;
  auto text = match.route->method + " " + match.route->path;
  for (const auto& [name, value] : match.parameters) text.append(" ").append(name).append("=").append(value);
  return text;
}

TEST(Router, finds_literals_and_parameters) {
  const auto router = router_of({{"GET", "/v1/keys"}, {"GET", "/v1/keys/{id}"}, {"POST", "/v1/keys/{id}/{part}"}, {"GET", "/"}});
  EXPECT_EQ(found(router, "GET", "/v1/keys"), "GET /v1/keys");
  EXPECT_EQ(found(router, "GET", "/v1/keys/a"), "GET /v1/keys/{id} id=a");
  EXPECT_EQ(found(router, "POST", "/v1/keys/a/b"), "POST /v1/keys/{id}/{part} id=a part=b");
  EXPECT_EQ(found(router, "GET", "/"), "GET /");
}

TEST(Router, a_literal_wins_but_does_not_hide_the_parameter) {
  const auto router = router_of({{"POST", "/v1/c/import"}, {"GET", "/v1/c/{id}"}, {"POST", "/v1/c/{id}/test"}});
  EXPECT_EQ(found(router, "POST", "/v1/c/import"), "POST /v1/c/import");
  EXPECT_EQ(found(router, "POST", "/v1/c/import/test"), "POST /v1/c/{id}/test id=import");
  EXPECT_EQ(found(router, "GET", "/v1/c/import"), "405 POST");
}

TEST(Router, head_is_answered_by_get) {
  const auto router = router_of({{"GET", "/a"}, {"POST", "/b"}});
  EXPECT_EQ(found(router, "HEAD", "/a"), "GET /a");
  EXPECT_EQ(found(router, "HEAD", "/b"), "405 POST");
  EXPECT_EQ(found(router, "PUT", "/a"), "405 GET, HEAD");
}

TEST(Router, nothing_is_normalised) {
  const auto router = router_of({{"GET", "/v1/keys"}, {"GET", "/v1/keys/{id}"}});
  for (const auto* path : {"/v1/keys/", "//v1/keys", "/v1//keys", "/v1/./keys", "/v1/x/../keys", "/V1/keys", "/v1/%6beys", "/v1/keys/a/",
                           "", "*", "v1/keys", "/v1/keys//"})
    EXPECT_EQ(found(router, "GET", path), "404") << path;
  EXPECT_EQ(found(router, "GET", "/v1/keys/.."), "GET /v1/keys/{id} id=..");
}

TEST(Router, parameters_are_decoded_once) {
  const auto router = router_of({{"GET", "/u/{id}/x"}});
  EXPECT_EQ(found(router, "GET", "/u/a%2Fb/x"), "GET /u/{id}/x id=a/b");
  EXPECT_EQ(found(router, "GET", "/u/%252e/x"), "GET /u/{id}/x id=%2e");
  EXPECT_EQ(found(router, "GET", "/u/a+b/x"), "GET /u/{id}/x id=a+b");
  for (const auto* path : {"/u/%zz/x", "/u/%2/x", "/u/%00/x", "/u/a%0Ab/x"}) EXPECT_EQ(found(router, "GET", path), "404") << path;
}

TEST(Router, the_rest_of_a_path_is_delivered_raw) {
  const auto router = router_of({{"GET", "/p/{id}/{path...}"}, {"GET", "/p/{id}"}, {"POST", "/p/own/literal"}});
  const auto rest = [&](std::string_view path) { return found(router, "GET", path); };
  EXPECT_EQ(rest("/p/c/"), "GET /p/{id}/{path...} id=c path=");
  EXPECT_EQ(rest("/p/c/a"), "GET /p/{id}/{path...} id=c path=a");
  for (const std::string raw :
       {"calendars/a@b.example/events", "a//b", "/a", "//", "a%2Fb%2f", "..;/x", "../x", "%zz", "a/", "%00", "{path...}"})
    EXPECT_EQ(rest("/p/c/" + raw), "GET /p/{id}/{path...} id=c path=" + raw);
  EXPECT_EQ(rest("/p/a%40b/c"), "GET /p/{id}/{path...} id=a@b path=c");
  EXPECT_EQ(rest("/p/c"), "GET /p/{id} id=c");
  EXPECT_EQ(rest("/p//a"), "404");
  EXPECT_EQ(rest("/p/own/literal"), "405 POST");
  EXPECT_EQ(rest("/p/own/literal/"), "GET /p/{id}/{path...} id=own path=literal/");
}

TEST(Router, any_method_is_every_one_but_connect_and_trace) {
  const auto router = router_of({{"ANY", "/p/{path...}"}, {"PUT", "/p/{path...}"}});
  for (const auto* method : {"GET", "HEAD", "POST", "PROPFIND", "OPTIONS"})
    EXPECT_EQ(found(router, method, "/p/a"), "ANY /p/{path...} path=a");
  EXPECT_EQ(found(router, "PUT", "/p/a"), "PUT /p/{path...} path=a");
  for (const auto* method : {"CONNECT", "TRACE"})
    EXPECT_EQ(found(router, method, "/p/a"), "405 GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
}

TEST(Router, the_same_route_twice_is_a_bug) {
  auto router = router_of({{"GET", "/a/{id}"}});
  EXPECT_THROW(router.add({.method = "GET", .path = "/a/{other}", .handler = nothing}), std::logic_error);
  EXPECT_THROW(router.add({.method = "GET", .path = "a", .handler = nothing}), std::logic_error);
  EXPECT_THROW(router.add({.method = "GET", .path = "/b/{rest...}/c", .handler = nothing}), std::logic_error);
}

}  // namespace
}  // namespace valetkey::http
