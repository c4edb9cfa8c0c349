#include "adapters/spdlog/spdlog_log.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>

#include <boost/json.hpp>
#include <sstream>

#include "model/time.hpp"

namespace valetkey::adapters::spdlog {
namespace {

using ports::LogLevel;

class SpdlogLogTest : public testing::Test {
 protected:
  std::ostringstream out_;
  SpdlogLog log_{LogLevel::kInfo, std::make_shared<::spdlog::sinks::ostream_sink_mt>(out_)};
};

TEST_F(SpdlogLogTest, writes_one_json_object_a_line) {
  log_.write(LogLevel::kInfo, "request served", {{"route", "/v1/connections/{id}/token"}, {"status", "200"}});
  log_.write(LogLevel::kError, "store is down", {});
  const auto text = out_.str();
  ASSERT_EQ(std::ranges::count(text, '\n'), 2);
  const auto first = boost::json::parse(text.substr(0, text.find('\n'))).as_object();
  EXPECT_EQ(first.at("level"), "info");
  EXPECT_EQ(first.at("message"), "request served");
  EXPECT_EQ(first.at("route"), "/v1/connections/{id}/token");
  EXPECT_EQ(first.at("status"), "200");
  EXPECT_TRUE(model::parse_rfc3339(first.at("time").as_string()));
  EXPECT_THAT(text, testing::StartsWith(R"({"time":")"));
}

TEST_F(SpdlogLogTest, drops_what_is_below_its_level) {
  log_.write(LogLevel::kDebug, "detail", {});
  EXPECT_EQ(out_.str(), "");
  log_.write(LogLevel::kWarning, "seen", {});
  EXPECT_THAT(out_.str(), testing::HasSubstr(R"("level":"warning")"));
}

TEST_F(SpdlogLogTest, security_s22_no_value_can_forge_a_line_or_a_field) {
  const std::string hostile = "x\n{\"level\":\"error\"}\",\"admin\":\"true\x01\x7f \xff\xc3\x28 {} {0}";
  log_.write(LogLevel::kInfo, hostile, {{"field", hostile}});
  const auto text = out_.str();
  EXPECT_EQ(std::ranges::count(text, '\n'), 1);
  const auto line = boost::json::parse(text).as_object();
  EXPECT_EQ(line.size(), 4U);
  EXPECT_EQ(line.at("level"), "info");
  EXPECT_EQ(line.at("field"), "x\n{\"level\":\"error\"}\",\"admin\":\"true\x01\x7f ??\x28 {} {0}");
}

TEST_F(SpdlogLogTest, keeps_utf8_and_replaces_what_is_none) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"\xc3\xa4 \xe2\x82\xac \xf0\x9f\x98\x80", "\xc3\xa4 \xe2\x82\xac \xf0\x9f\x98\x80"},
      {"\xc0\x80", "??"},
      {"\xed\xa0\x80", "???"},
      {"\xf4\x90\x80\x80", "????"},
      {"\xe0\x80\x80", "???"},
      {"\xf0\x80\x80\x80", "????"},
      {"a\xe2\x82", "a??"},
      {"\x80", "?"},
  };
  for (const auto& [given, expected] : cases) {
    out_.str("");
    log_.write(LogLevel::kInfo, given, {});
    EXPECT_EQ(std::string_view(boost::json::parse(out_.str()).at("message").as_string()), expected);
  }
}

TEST(LogLevelNames, are_read) {
  EXPECT_EQ(level_named("debug"), LogLevel::kDebug);
  EXPECT_EQ(level_named("error"), LogLevel::kError);
  EXPECT_EQ(level_named("INFO"), std::nullopt);
  EXPECT_EQ(level_named(""), std::nullopt);
}

}  // namespace
}  // namespace valetkey::adapters::spdlog
