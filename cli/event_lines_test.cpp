#include "cli/event_lines.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace valetkey::cli {
namespace {

std::vector<std::string> events_in(std::string_view text, std::size_t piece) {
  std::vector<std::string> out;
  EventLines lines([&](std::string_view data) {
    out.emplace_back(data);
    return true;
  });
  for (std::size_t at = 0; at < text.size(); at += piece) EXPECT_TRUE(lines.read(text.substr(at, piece)));
  out.push_back(lines.last_id());
  return out;
}

TEST(EventLines, reads_events_however_they_are_cut) {
  const std::string_view text =
      ": hello\n\nid: 1\nevent: a\ndata: {\"x\":1}\n\nid: 2\r\ndata:one\r\ndata: two\r\n\r\nretry: 5\n\nid: 3\ndata: not whole";
  for (std::size_t piece = 1; piece < text.size(); ++piece)
    EXPECT_EQ(events_in(text, piece), (std::vector<std::string>{"{\"x\":1}", "one\ntwo", "2"})) << piece;
}

TEST(EventLines, stops_when_there_is_enough) {
  int seen = 0;
  EventLines lines([&](std::string_view) { return ++seen < 2; });
  EXPECT_FALSE(lines.read("data: a\n\ndata: b\n\ndata: c\n\n"));
  EXPECT_EQ(seen, 2);
}

}  // namespace
}  // namespace valetkey::cli
