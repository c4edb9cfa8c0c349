#include "oauth/lookup_choice.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>

namespace valetkey::oauth {
namespace {

model::LookUp sites() {
  return {.name = "site",
          .url = "https://acme.example/sites",
          .label = "name",
          .choose = {.by = "site", .among = {"url", "name"}, .default_flag = "main"},
          .fill = {{"cloud_id", "id"}}};
}

constexpr std::string_view kThree = R"([
    {"id": "a1", "url": "https://acme.example", "name": "Acme"},
    {"id": "a1", "url": "https://acme.example", "name": "Acme wiki"},
    {"id": "b2", "url": "https://beta.example", "name": "Beta"},
    {"id": 3, "url": "https://gamma.example", "name": "Beta"}])";

struct Case {
  std::string_view what, answer;
  Wanted wanted;
  std::string_view expected;  ///< the value, or the code of the failure
};

std::string outcome(const Case& each) {
  const auto values = chosen_values(sites(), boost::json::parse(each.answer), each.wanted);
  return values ? values->at("cloud_id") : values.error().code;
}

TEST(LookUpChoice, takes_one_for_a_reason_or_none) {
  const Case cases[] = {
      {"the only one", R"([{"id": "a1"}])", {}, "a1"},
      {"an object is the only one", R"({"id": "a1"})", {}, "a1"},
      {"the same twice is the only one", R"([{"id": "a1", "name": "x"}, {"id": "a1", "name": "y"}])", {}, "a1"},
      {"one without the value is none", R"([{"id": "a1"}, {"name": "x"}, {"id": null}, {"id": {}}, 7])", {}, "a1"},
      {"a number is a value", R"([{"id": 12345678901234567}])", {}, "12345678901234567"},
      {"several", kThree, {}, "choice_needed"},
      {"named by its address", kThree, {.named = "https://beta.example"}, "b2"},
      {"named as people write it", kThree, {.named = "BETA.example/"}, "b2"},
      {"named by its name", kThree, {.named = "acme"}, "a1"},
      {"named by its second name", kThree, {.named = "Acme Wiki"}, "a1"},
      {"named by what two have", kThree, {.named = "Beta"}, "choice_needed"},
      {"named what none has", kThree, {.named = "Delta"}, "choice_unknown"},
      {"named as the list shows it", kThree, {.named = "Beta (3)"}, "3"},
      {"a part of a name is not one", kThree, {.named = "acme.exampl"}, "choice_unknown"},
      {"named what the only one is not", R"([{"id": "a1", "name": "x"}])", {.named = "y"}, "choice_unknown"},
      {"earlier", kThree, {.earlier = {{"cloud_id", "b2"}}}, "b2"},
      {"earlier is gone", kThree, {.earlier = {{"cloud_id", "c3"}}}, "choice_gone"},
      {"earlier is gone, and one is left", R"([{"id": "a1"}])", {.earlier = {{"cloud_id", "c3"}}}, "choice_gone"},
      {"named over earlier", kThree, {.named = "acme", .earlier = {{"cloud_id", "b2"}}}, "a1"},
      {"the account's own default", R"([{"id": "a1"}, {"id": "b2", "main": true}])", {}, "b2"},
      {"a default told as text", R"([{"id": "a1", "main": "false"}, {"id": "b2", "main": "true"}])", {}, "b2"},
      {"two defaults are none", R"([{"id": "a1", "main": true}, {"id": "b2", "main": true}])", {}, "choice_needed"},
      {"earlier over the default", R"([{"id": "a1"}, {"id": "b2", "main": true}])", {.earlier = {{"cloud_id", "a1"}}}, "a1"},
      {"nothing", "[]", {}, "lookup_failed"},
      {"a text", R"("a1")", {}, "lookup_failed"},
      {"null", "null", {.named = "x"}, "lookup_failed"},
  };
  for (const auto& each : cases) EXPECT_EQ(outcome(each), each.expected) << each.what;
}

TEST(LookUpChoice, finds_the_items_at_their_path) {
  auto lookup = sites();
  lookup.items = "data.sites";
  const auto found = [&](std::string_view answer) { return chosen_values(lookup, boost::json::parse(answer), {}).has_value(); };
  EXPECT_TRUE(found(R"({"data": {"sites": [{"id": "a1"}]}})"));
  EXPECT_FALSE(found(R"([{"id": "a1"}])"));
  EXPECT_FALSE(found(R"({"data": [{"id": "a1"}]})"));
}

TEST(LookUpChoice, fills_all_placeholders_from_one_item) {
  auto lookup = sites();
  lookup.fill["host"] = "server.url";
  const auto values =
      chosen_values(lookup, boost::json::parse(R"([{"id": "a1"}, {"id": "b2", "server": {"url": "https://x.example"}}])"), {});
  ASSERT_TRUE(values) << values.error().error.detail;
  EXPECT_EQ(*values, (Fields{{"cloud_id", "b2"}, {"host", "https://x.example"}}));
}

TEST(LookUpChoice, failure_lists_what_there_is) {
  const auto values = chosen_values(sites(), boost::json::parse(kThree), {});
  ASSERT_FALSE(values);
  EXPECT_EQ(values.error().choices, (std::vector<std::string>{"Acme", "Beta (b2)", "Beta (3)"}));
  EXPECT_EQ(values.error().field, "site");
  EXPECT_NE(values.error().error.detail.find("Acme, Beta (b2), Beta (3)"), std::string::npos) << values.error().error.detail;

  for (const auto& choice : values.error().choices) {
    const auto named = chosen_values(sites(), boost::json::parse(kThree), {.named = choice});
    EXPECT_TRUE(named) << "what is shown can be named: " << choice;
  }
  boost::json::array many;
  for (int i = 0; i < 1000; ++i) many.push_back({{"id", i}, {"name", std::string(5000, 'n')}});
  const auto few = chosen_values(sites(), many, {});
  ASSERT_FALSE(few);
  EXPECT_EQ(few.error().choices.size(), 50U);
  EXPECT_TRUE(few.error().has_more);
  EXPECT_FALSE(values.error().has_more);
  EXPECT_LT(few.error().error.detail.size(), 20'000U);
}

TEST(LookUpChoice, security_s22_no_secret_and_no_control_byte_comes_back_in_a_list) {
  const auto values =
      chosen_values(sites(), boost::json::parse(R"([{"id": "1", "name": "it is s3cr3t-token"}, {"id": "2", "name": "a\u001b[2J\nb"}])"),
                    {.secrets = {"s3cr3t-token"}});
  ASSERT_FALSE(values);
  const auto text = values.error().error.detail + values.error().choices[0] + values.error().choices[1];
  EXPECT_EQ(text.find("s3cr3t"), std::string::npos) << text;
  EXPECT_EQ(text.find_first_of("\x1b\n"), std::string::npos) << text;
}

TEST(LookUpChoice, long_list_is_read_in_time) {
  boost::json::array many;
  for (int i = 0; i < 50'000; ++i) many.push_back({{"id", i}, {"name", "the same"}});
  EXPECT_EQ(chosen_values(sites(), many, {.named = "the same (49999)"}).value().at("cloud_id"), "49999");
}

}  // namespace
}  // namespace valetkey::oauth
