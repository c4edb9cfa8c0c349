#include "adapters/root_key/root_key_source.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <cstdlib>
#include <fstream>

#include "model/encoding.hpp"
#include "support/fixed_random.hpp"

namespace valetkey::adapters::root_key {
namespace {

namespace fs = std::filesystem;
using model::Code;
using testing::AllOf;
using testing::HasSubstr;

const std::string kOne = model::to_base64("0123456789abcdef0123456789abcdef");
const std::string kTwo = model::to_base64("fedcba9876543210fedcba9876543210");

struct RootKeySource : testing::Test {
  void SetUp() override {
    auto pattern = (fs::temp_directory_path() / "root_key_XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder = pattern;
    data_dir = folder / "data";
    fs::create_directory(data_dir);
  }
  void TearDown() override { fs::remove_all(folder); }

  fs::path file(std::string_view text, fs::perms mode = fs::perms::owner_read | fs::perms::owner_write) const {
    auto path = folder / "root.key";
    fs::remove(path);
    std::ofstream(path) << text;
    fs::permissions(path, mode);
    return path;
  }
  static unsigned mode_of(const fs::path& path) { return static_cast<unsigned>(fs::status(path).permissions()); }
  static std::string text_of(const fs::path& path) {
    std::ifstream in(path);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  fs::path folder;
  fs::path data_dir;
  test::FixedRandom random;
};

TEST_F(RootKeySource, security_s42_file_mode_must_be_private) {
  for (const unsigned mode : {0600U, 0400U}) EXPECT_TRUE(root_keys_from_file(file(kOne, static_cast<fs::perms>(mode)))) << mode;
  for (const unsigned mode : {0640U, 0604U, 0660U, 0644U, 0700U, 0620U}) {
    const auto path = file(kOne, static_cast<fs::perms>(mode));
    const auto keys = root_keys_from_file(path);
    ASSERT_FALSE(keys) << mode;
    EXPECT_EQ(keys.error().code, Code::kKeyUnavailable);
    EXPECT_THAT(keys.error().detail, HasSubstr("chmod 0600 " + path.string()));
  }
}

TEST_F(RootKeySource, security_s42_link_counts_with_the_mode_of_its_target) {
  const auto target = file(kOne, static_cast<fs::perms>(0644));
  fs::create_symlink(target, folder / "link");
  EXPECT_FALSE(root_keys_from_file(folder / "link"));
  fs::permissions(target, static_cast<fs::perms>(0600));
  EXPECT_TRUE(root_keys_from_file(folder / "link"));
}

TEST_F(RootKeySource, names_file_and_line_of_what_is_wrong) {
  const auto path = file("# newest\n" + kOne + "\nrubbish\n");
  const auto keys = root_keys_from_file(path);
  ASSERT_FALSE(keys);
  EXPECT_THAT(keys.error().detail, AllOf(HasSubstr(path.string()), HasSubstr("line 3")));
  EXPECT_EQ(root_keys_from_file(folder / "none").error().code, Code::kNotFound);
  EXPECT_EQ(root_keys_from_file(folder).error().code, Code::kKeyUnavailable);
  EXPECT_EQ(root_keys_from_file(file(std::string(70'000, '#'))).error().code, Code::kKeyUnavailable);
}

TEST_F(RootKeySource, security_s42_creates_a_private_file_once) {
  const auto path = folder / "keys" / "root.key";
  const auto old_mask = ::umask(0);
  const auto made = create_root_key(path, data_dir, random);
  ::umask(old_mask);
  ASSERT_TRUE(made) << made.error().detail;
  EXPECT_EQ(mode_of(path), 0600U);
  EXPECT_EQ(mode_of(path.parent_path()), 0700U);
  const auto read = root_keys_from_file(path);
  ASSERT_TRUE(read);
  EXPECT_EQ(*read, *made);

  const auto text = text_of(path);
  const auto again = create_root_key(path, data_dir, random);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, Code::kConflict);
  EXPECT_EQ(text_of(path), text);
}

TEST_F(RootKeySource, security_s42_creates_nothing_through_a_link) {
  fs::create_symlink(folder / "elsewhere", folder / "root.key");
  EXPECT_FALSE(create_root_key(folder / "root.key", data_dir, random));
  EXPECT_FALSE(fs::exists(folder / "elsewhere"));
}

TEST_F(RootKeySource, security_s42_refuses_a_place_inside_data_dir) {
  fs::create_directory_symlink(data_dir, folder / "alias");
  const std::vector<fs::path> places{data_dir / "root.key", data_dir / "new" / "root.key", folder / "data" / ".." / "data" / "root.key",
                                     folder / "alias" / "root.key"};
  for (const auto& given : {data_dir, data_dir / ""}) {
    for (const auto& place : places) {
      const auto made = create_root_key(place, given, random);
      ASSERT_FALSE(made) << place;
      EXPECT_THAT(made.error().detail, HasSubstr("inside the data directory"));
    }
  }
  EXPECT_TRUE(fs::is_empty(data_dir));
  EXPECT_TRUE(create_root_key(folder / "data2" / "root.key", data_dir, random));
  EXPECT_TRUE(create_root_key(data_dir / "root.key", data_dir, random, InsideDataDir::kAllow));
}

}  // namespace
}  // namespace valetkey::adapters::root_key
