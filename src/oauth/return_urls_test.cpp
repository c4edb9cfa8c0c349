#include "oauth/return_urls.hpp"

#include <gtest/gtest.h>

namespace valetkey::oauth {
namespace {

struct Case {
  std::string_view name;
  std::string_view registered;
  std::string_view url;
  bool fits;
};

class ReturnUrls : public testing::TestWithParam<Case> {};

TEST_P(ReturnUrls, security_s11_exact_but_for_the_port_at_loopback) {
  const auto& [name, registered, url, fits] = GetParam();
  EXPECT_EQ(is_return_url({"https://other.example/x", std::string(registered)}, std::string(url)), fits);
}

constexpr Case kCases[] = {
    {"same", "https://app.example/connected", "https://app.example/connected", true},
    {"another_port_elsewhere", "https://app.example/connected", "https://app.example:8443/connected", false},
    {"another_spelling", "https://app.example/connected", "https://APP.example/connected", false},
    {"longer_path", "https://app.example/connected", "https://app.example/connected/x", false},
    {"loopback_any_port", "http://127.0.0.1/connected", "http://127.0.0.1:54321/connected", true},
    {"loopback_no_port", "http://127.0.0.1/connected", "http://127.0.0.1/connected", true},
    {"loopback_six", "http://[::1]/connected", "http://[::1]:54321/connected", true},
    {"loopback_with_a_query", "http://127.0.0.1/c?a=b", "http://127.0.0.1:54321/c?a=b", true},
    {"loopback_other_query", "http://127.0.0.1/c?a=b", "http://127.0.0.1:54321/c?a=c", false},
    {"loopback_no_query", "http://127.0.0.1/c", "http://127.0.0.1:54321/c?a=c", false},
    {"loopback_other_path", "http://127.0.0.1/connected", "http://127.0.0.1:54321/connecte", false},
    {"loopback_other_address", "http://127.0.0.1/c", "http://127.0.0.2:54321/c", false},
    {"loopback_six_for_four", "http://127.0.0.1/c", "http://[::1]:54321/c", false},
    {"loopback_fixed_port", "http://127.0.0.1:8080/c", "http://127.0.0.1:8081/c", false},
    {"loopback_https", "https://127.0.0.1/c", "https://127.0.0.1:54321/c", false},
    {"loopback_name", "http://localhost/c", "http://localhost:54321/c", false},
    {"name_that_looks_like_it", "http://127.0.0.1/c", "http://127.0.0.1.evil.example:54321/c", false},
    {"user_info", "http://127.0.0.1/c", "http://127.0.0.1:54321@evil.example/c", false},
    {"fragment", "http://127.0.0.1/c", "http://127.0.0.1:54321/c#x", false},
    {"port_zero", "http://127.0.0.1/c", "http://127.0.0.1:0/c", false},
};
INSTANTIATE_TEST_SUITE_P(Rows, ReturnUrls, testing::ValuesIn(kCases), [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace valetkey::oauth
