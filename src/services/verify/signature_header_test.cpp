#include "services/verify/signature_header.hpp"

#include <gtest/gtest.h>

namespace valetkey::services::verify {
namespace {

using Values = std::vector<std::string>;

struct Case {
  std::string name;
  SignaturePlace place;
  std::string text;
  Values values;              ///< empty: rejected
  std::string reason;
};

class Grammar : public ::testing::TestWithParam<Case> {};

TEST_P(Grammar, reads_what_providers_write) {
  const auto& one = GetParam();
  const auto found = read_signatures(one.place, {one.text});
  ASSERT_EQ(found.has_value(), !one.values.empty()) << (found ? "found" : found.error());
  if (found) EXPECT_EQ(found->values, one.values);
  else EXPECT_EQ(found.error(), one.reason);
}

SignaturePlace stripe() { return {.name = "stripe-signature", .items = ",", .pair = "=", .take = "v1", .any = true}; }
SignaturePlace standard() { return {.items = " ", .pair = ",", .take = "v1", .decode = Encoding::kBase64, .any = true}; }

INSTANTIATE_TEST_SUITE_P(
    Table, Grammar,
    ::testing::Values(Case{"plain", {}, "ab12", {"ab12"}, ""}, Case{"prefix", {.prefix = "sha256="}, "sha256=ab", {"ab"}, ""},
                      Case{"prefix_is_missing", {.prefix = "sha256="}, "sha1=ab", {}, "signature_malformed"},
                      Case{"optional_prefix", {.optional_prefix = "hmacsha256="}, "hmacsha256=ab", {"ab"}, ""},
                      Case{"optional_prefix_is_missing", {.optional_prefix = "hmacsha256="}, "ab", {"ab"}, ""},
                      Case{"empty", {}, "", {}, "signature_missing"}, Case{"only_spaces", {}, "  ", {}, "signature_missing"},
                      Case{"only_the_prefix", {.prefix = "v0="}, "v0=", {}, "signature_missing"},
                      Case{"list_of_pairs", stripe(), "t=1,v1=aa,v1=bb,v0=cc", {"aa", "bb"}, ""},
                      Case{"space_behind_the_comma", stripe(), "t=1, v1=aa", {"aa"}, ""},
                      Case{"pairs_without_the_name", stripe(), "t=1,v0=cc", {}, "signature_missing"},
                      Case{"not_pairs", stripe(), "abc", {}, "signature_malformed"},
                      Case{"base64_with_padding", standard(), "v1,YQ== v1a,Yg== v1,Yw==", {"YQ==", "Yw=="}, ""},
                      Case{"public_key_and_signature", {.items = "&", .pair = "|", .any = true}, "pub|aa&other|bb", {"aa", "bb"}, ""},
                      Case{"two_where_one_is_meant", {.items = ","}, "aa,bb", {}, "signature_duplicated"},
                      Case{"version_list", {.items = ",", .prefix = "v1=", .any = true}, "v1=aa,v1=bb", {"aa", "bb"}, ""}),
    [](const auto& info) { return info.param.name; });

TEST(SignatureHeader, keeps_the_pairs_for_a_timestamp) {
  const auto found = read_signatures(stripe(), {"t=12,v1=aa"});
  ASSERT_TRUE(found);
  EXPECT_EQ(single_field(found->fields, "t", "timestamp_missing"), "12");
  EXPECT_EQ(single_field(found->fields, "x", "timestamp_missing").error(), "timestamp_missing");
}

TEST(SignatureHeader, a_timestamp_that_comes_twice_is_none) {
  const auto found = read_signatures(stripe(), {"t=12,t=13,v1=aa"});
  ASSERT_TRUE(found);
  EXPECT_EQ(single_field(found->fields, "t", "timestamp_missing").error(), "signature_malformed");
}

TEST(SignatureHeader, is_bounded) {
  std::string many;
  for (std::size_t i = 0; i < kMostSignatures + 10; ++i) many += "v1=aa,";
  const auto found = read_signatures(stripe(), {many});
  ASSERT_TRUE(found);
  EXPECT_EQ(found->values.size(), kMostSignatures);
  EXPECT_EQ(read_signatures({}, {std::string(kMostSignatureBytes + 1, 'a')}).error(), "signature_malformed");
  EXPECT_TRUE(read_signatures({}, {std::string(kMostSignatureBytes, 'a')}));
}

TEST(SignatureHeader, decodes_strictly) {
  const auto decoded = [](const SignaturePlace& place, Values values) {
    return decoded_signatures(place, {.values = std::move(values), .fields = {}});
  };
  EXPECT_EQ(*decoded({}, {"616B"}), Values{"ak"});
  EXPECT_EQ(decoded({}, {"61x"}).error(), "signature_malformed");
  EXPECT_EQ(decoded({.decode = Encoding::kBase64}, {"YQ"}).error(), "signature_malformed");
  EXPECT_EQ(decoded({.decode = Encoding::kBase64}, {"YQ==\n"}).error(), "signature_malformed");
  // Box: of the headers of one set some are no signatures.
  EXPECT_EQ(*decoded({.decode = Encoding::kBase64, .any = true}, {"1", "YQ=="}), Values{"a"});
  EXPECT_EQ(decoded({.decode = Encoding::kBase64, .any = true}, {"1", "2"}).error(), "signature_malformed");
}

TEST(SignatureHeader, fits_a_set_of_headers) {
  EXPECT_TRUE(fits("x-docusign-signature-1", "x-docusign-signature-*"));
  EXPECT_TRUE(fits("x-docusign-signature-", "x-docusign-signature-*"));
  EXPECT_FALSE(fits("x-docusign-signature", "x-docusign-signature-*"));
  EXPECT_FALSE(fits("aba", "ab*ba"));
  EXPECT_TRUE(fits("x-sig", "x-sig"));
  EXPECT_FALSE(fits("x-sig2", "x-sig"));
}

}  // namespace
}  // namespace valetkey::services::verify
