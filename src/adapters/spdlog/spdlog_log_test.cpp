#include "adapters/spdlog/spdlog_log.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <boost/json.hpp>
#include <chrono>
#include <sstream>
#include <thread>

#include "adapters/spdlog/held_lines.hpp"
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

/// Lines end in a pipe.
class HeldLinesTest : public testing::Test {
 protected:
  HeldLinesTest() {
    EXPECT_EQ(::pipe2(ends_.data(), O_CLOEXEC), 0);
    log_ = std::make_unique<SpdlogLog>(LogLevel::kInfo, std::make_shared<HeldLines>(ends_[1]));
  }
  ~HeldLinesTest() override {
    log_.reset();
    for (const int end : ends_) ::close(end);
  }

  /// What is in the pipe now, or within `at_most`.
  std::string read(std::chrono::milliseconds at_most) {
    pollfd watched{.fd = ends_[0], .events = POLLIN, .revents = 0};
    if (::poll(&watched, 1, static_cast<int>(at_most.count())) != 1) return {};
    std::string text(4096, '\0');
    text.resize(static_cast<std::size_t>(std::max<ssize_t>(0, ::read(ends_[0], text.data(), text.size()))));
    return text;
  }

  std::array<int, 2> ends_{};
  std::unique_ptr<SpdlogLog> log_;
};

TEST_F(HeldLinesTest, a_line_is_there_at_once_and_what_was_held_stands_before_it) {
  log_->write_soon(LogLevel::kInfo, "first", {});
  log_->write(LogLevel::kInfo, "second", {});
  const auto text = read(std::chrono::milliseconds{0});
  EXPECT_THAT(text, testing::HasSubstr("first"));
  EXPECT_GT(text.find("second"), text.find("first"));
  EXPECT_EQ(std::ranges::count(text, '\n'), 2);
}

TEST_F(HeldLinesTest, a_held_line_comes_by_itself) {
  log_->write_soon(LogLevel::kInfo, "held", {});
  EXPECT_THAT(read(std::chrono::seconds{30}), testing::HasSubstr("held"));
}

TEST_F(HeldLinesTest, many_held_lines_are_written_before_the_moment_has_passed_and_the_end_loses_none) {
  std::string text;
  std::jthread reader([&] {
    while (std::ranges::count(text, '\n') < 3'000) text += read(std::chrono::seconds{30});
  });
  for (int i = 0; i < 3'000; ++i) log_->write_soon(LogLevel::kInfo, "request", {{"number", std::to_string(i)}});
  log_.reset();
  reader.join();
  EXPECT_THAT(text, testing::HasSubstr(R"("number":"2999")"));
}

TEST(LogLevelNames, are_read) {
  EXPECT_EQ(level_named("debug"), LogLevel::kDebug);
  EXPECT_EQ(level_named("error"), LogLevel::kError);
  EXPECT_EQ(level_named("INFO"), std::nullopt);
  EXPECT_EQ(level_named(""), std::nullopt);
}

}  // namespace
}  // namespace valetkey::adapters::spdlog
