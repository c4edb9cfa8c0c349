#include "http/pages/docs.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

#include "support/api_rig.hpp"

namespace valetkey::http {
namespace {

using test::ApiRig;

void add_docs(Router& router) {
  add_docs_routes(router, {{"openapi.json", R"({"openapi":"3.1.0"})"},
                           {"index.html", "<!doctype html><title>docs</title>"},
                           {"docs.js", "start()"},
                           {"docs.css", "body{}"},
                           {"LICENSE", "Apache"}});
}

struct Docs : testing::Test {
  Docs() { add_docs(rig.router); }
  std::string header(const Response& response, std::string_view name) {
    const auto* value = response.header(name);
    return value != nullptr ? *value : std::string();
  }
  ApiRig rig;
};

TEST_F(Docs, the_description_needs_no_key_and_is_json) {
  const auto response = rig.call({.path = "/openapi.json"});
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(header(response, "Content-Type"), "application/json");
  EXPECT_EQ(header(response, "Cache-Control"), "no-cache");
  EXPECT_EQ(response.body, R"({"openapi":"3.1.0"})");
}

TEST_F(Docs, every_file_has_its_type) {
  const std::pair<std::string, std::string_view> types[] = {{"/docs", "text/html; charset=utf-8"},
                                                            {"/docs/docs.js", "text/javascript; charset=utf-8"},
                                                            {"/docs/docs.css", "text/css; charset=utf-8"},
                                                            {"/docs/LICENSE", "text/plain; charset=utf-8"}};
  for (const auto& [path, type] : types) {
    const auto response = rig.call({.path = path});
    EXPECT_EQ(response.status, 200) << path;
    EXPECT_EQ(header(response, "Content-Type"), type) << path;
  }
  EXPECT_EQ(rig.call({.path = "/docs/other.js"}).status, 404);
}

TEST_F(Docs, the_page_runs_its_own_script_only_and_names_no_other_origin) {
  const auto policy = header(rig.call({.path = "/docs"}), "Content-Security-Policy");
  EXPECT_EQ(policy,
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'none'; "
            "base-uri 'none'; frame-ancestors 'none'");
}

TEST_F(Docs, what_is_current_is_not_sent_again) {
  const auto etag = header(rig.call({.path = "/docs/docs.js"}), "ETag");
  EXPECT_EQ(etag.size(), 34U);
  EXPECT_NE(etag, header(rig.call({.path = "/docs/docs.css"}), "ETag"));
  for (const auto& known : {etag, "W/" + etag, "\"other\", " + etag, std::string("*")}) {
    const auto response = rig.call({.path = "/docs/docs.js", .headers = {{"if-none-match", known}}});
    EXPECT_EQ(response.status, 304) << known;
    EXPECT_EQ(response.body, "") << known;
    EXPECT_EQ(header(response, "ETag"), etag) << known;
  }
  const auto response = rig.call({.path = "/docs/docs.js", .headers = {{"if-none-match", "\"other\""}}});
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "start()");
}

TEST(DocsListener, security_s21_they_are_where_the_api_is) {
  ApiRig rig(true);
  add_docs(rig.router);
  for (const auto* path : {"/openapi.json", "/docs", "/docs/docs.js"}) {
    EXPECT_EQ(rig.call({.path = path}).status, 404) << path;
    EXPECT_EQ(rig.call({.path = path, .listener = Listener::kInternal}).status, 200) << path;
  }
}

TEST(DocsFiles, a_build_without_the_description_or_the_page_does_not_start) {
  Router router;
  EXPECT_THROW(add_docs_routes(router, {{"openapi.json", "{}"}}), std::logic_error);
}

}  // namespace
}  // namespace valetkey::http
