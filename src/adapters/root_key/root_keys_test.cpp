#include "adapters/root_key/root_keys.hpp"

#include <gmock/gmock.h>

#include "model/encoding.hpp"
#include "support/fixed_random.hpp"
#include "support/run_task.hpp"

namespace valetkey::adapters::root_key {
namespace {

using model::Code;
using model::Secret;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

std::string key_bytes(char first) {
  std::string bytes(32, 'k');
  bytes[0] = first;
  return bytes;
}

std::string error_of(std::string_view text) {
  auto keys = parse_root_keys(text, '\n', "root key file k", "line");
  EXPECT_FALSE(keys) << "accepted: " << text;
  if (keys) return {};
  EXPECT_EQ(keys.error().code, Code::kKeyUnavailable);
  return keys.error().detail;
}

TEST(ParseRootKeys, reads_base64_and_hex_in_order) {
  const auto text = "# the newest first\n\n " + model::to_base64(key_bytes('a')) + " \r\n" + model::to_hex(key_bytes('b')) + "\n" +
                    model::to_base64url(key_bytes('c'));
  const auto keys = parse_root_keys(text, '\n', "f", "line");
  ASSERT_TRUE(keys) << keys.error().detail;
  ASSERT_EQ(keys->size(), 3U);
  EXPECT_EQ((*keys)[0].reveal(), key_bytes('a'));
  EXPECT_EQ((*keys)[1].reveal(), key_bytes('b'));
  EXPECT_EQ((*keys)[2].reveal(), key_bytes('c'));
}

TEST(ParseRootKeys, security_s42_says_which_line_is_wrong_and_never_shows_it) {
  const auto good = model::to_base64(key_bytes('a'));
  EXPECT_THAT(error_of(good + "\nnot/a/key!"), AllOf(HasSubstr("line 2"), HasSubstr("32 random bytes"), Not(HasSubstr("not/a/key"))));
  EXPECT_THAT(error_of(model::to_base64(key_bytes('a').substr(1))), AllOf(HasSubstr("line 1"), HasSubstr("31 bytes")));
  EXPECT_THAT(error_of(model::to_base64(key_bytes('a') + "x")), HasSubstr("33 bytes"));
  EXPECT_THAT(error_of(model::to_hex(key_bytes('a')).substr(2)),
              AllOf(HasSubstr("line 1"), HasSubstr("base64 (44 characters) or hex (64 characters)")));
  EXPECT_THAT(error_of(model::to_base64(std::string(32, '\0'))), HasSubstr("same byte"));
}

TEST(ParseRootKeys, security_s42_refuses_duplicates_and_none) {
  const auto base64 = model::to_base64(key_bytes('a'));
  EXPECT_THAT(error_of(base64 + "\n#\n" + model::to_hex(key_bytes('a'))), HasSubstr("line 3 repeats the key of line 1"));
  EXPECT_THAT(error_of(""), HasSubstr("holds no key"));
  EXPECT_THAT(error_of("# only a comment\n\n"), HasSubstr("holds no key"));
}

struct RootKeysTest : testing::Test {
  test::FixedRandom random;

  RootKeys ring(std::initializer_list<char> firsts) {
    std::vector<Secret> keys;
    for (const char first : firsts) keys.emplace_back(key_bytes(first));
    return RootKeys(std::move(keys), random);
  }
  static std::string wrapped_by(RootKeys& keys, const Secret& data_key, std::string context) {
    auto wrapped = test::run(keys.wrap(data_key, std::move(context)));
    EXPECT_TRUE(wrapped);
    return *wrapped;
  }
  const Secret data_key{std::string(32, 'd')};
};

TEST_F(RootKeysTest, security_s42_first_wraps_and_all_unwrap) {
  auto old = ring({'a'});
  const auto by_old = wrapped_by(old, data_key, "context");
  auto both = ring({'b', 'a'});
  const auto by_new = wrapped_by(both, data_key, "context");
  EXPECT_EQ(both.current(), ring({'b'}).current());
  EXPECT_EQ(both.names(), (std::vector<std::string>{ring({'b'}).current(), old.current()}));
  EXPECT_EQ(*test::run(both.unwrap(old.current(), by_old, "context")), data_key);
  EXPECT_EQ(*test::run(both.unwrap(both.current(), by_new, "context")), data_key);
}

TEST_F(RootKeysTest, security_s42_unwraps_nothing_that_differs) {
  auto keys = ring({'a', 'b'});
  const auto name = keys.current();
  const auto wrapped = wrapped_by(keys, data_key, "context");
  const auto code_of = [&](std::string root, std::string bytes, std::string context) {
    auto key = test::run(keys.unwrap(std::move(root), std::move(bytes), std::move(context)));
    return key ? Code::kInternal : key.error().code;
  };
  EXPECT_EQ(code_of(name, wrapped, "other context"), Code::kKeyUnavailable);
  EXPECT_EQ(code_of(keys.names()[1], wrapped, "context"), Code::kKeyUnavailable);
  EXPECT_EQ(code_of("0123456789abcdef", wrapped, "context"), Code::kKeyUnavailable);
  for (std::size_t i = 0; i < wrapped.size(); ++i) {
    auto flipped = wrapped;
    flipped[i] = static_cast<char>(flipped[i] ^ 1);
    EXPECT_EQ(code_of(name, flipped, "context"), Code::kKeyUnavailable) << "byte " << i;
    EXPECT_EQ(code_of(name, wrapped.substr(0, i), "context"), Code::kKeyUnavailable) << "first " << i;
  }
}

TEST_F(RootKeysTest, security_s42_names_tell_nothing_of_the_key) {
  const auto name = ring({'a'}).current();
  EXPECT_EQ(name.size(), 16U);
  EXPECT_EQ(name, root_key_name(Secret(key_bytes('a'))));
  EXPECT_NE(name, root_key_name(Secret(key_bytes('b'))));
  EXPECT_THAT(model::to_hex(key_bytes('a')), Not(HasSubstr(name)));
}

TEST_F(RootKeysTest, security_s42_new_key_is_one_that_is_accepted) {
  const auto text = new_root_key(random);
  const auto keys = parse_root_keys(text.reveal(), ',', "new", "key");
  ASSERT_TRUE(keys);
  EXPECT_EQ(keys->size(), 1U);
  EXPECT_NE(text, new_root_key(random));
}

}  // namespace
}  // namespace valetkey::adapters::root_key
