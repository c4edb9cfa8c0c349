#include "http/trace_context.hpp"

#include <gtest/gtest.h>

#include "http/request.hpp"

namespace valetkey::http {
namespace {

std::string id_in(std::string traceparent) {
  Request request;
  request.headers.emplace_back("traceparent", std::move(traceparent));
  return std::string(trace_id(request));
}

constexpr std::string_view kId = "4bf92f3577b34da6a3ce929d0e0e4736";

TEST(TraceContext, the_id_of_a_well_formed_header) {
  EXPECT_EQ(id_in("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"), kId);
  EXPECT_EQ(id_in("cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-what-the-future-brings"), kId);
  EXPECT_EQ(trace_id(Request{}), "");
}

TEST(TraceContext, anything_else_is_not_logged) {
  for (const auto* text :
       {"", "00", "00-4bf92f3577b34da6a3ce929d0e0e4736", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more", "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
        "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01", "00-4bf92f3577b34da6a3ce929d0e0e473-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e47361-00f067aa0ba902b7-01", "0x-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"})
    EXPECT_EQ(id_in(text), "") << text;
}

}  // namespace
}  // namespace valetkey::http
