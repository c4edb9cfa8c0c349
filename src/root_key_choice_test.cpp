#include "root_key_choice.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "adapters/local_bus/local_bus.hpp"
#include "adapters/root_key/root_key_source.hpp"
#include "adapters/root_key/root_keys.hpp"
#include "adapters/sqlite/sqlite_store.hpp"
#include "support/vault_rig.hpp"

namespace valetkey {
namespace {

namespace fs = std::filesystem;
using model::Code;
using testing::AllOf;
using testing::HasSubstr;

class RootKeyChoice : public testing::Test {
 protected:
  void SetUp() override {
    auto pattern = (fs::temp_directory_path() / "root_key_choice_XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
    config_.data_dir = (folder_ / "data").string();
    config_.root_key_file = (folder_ / "root.key").string();
  }
  void TearDown() override { fs::remove_all(folder_); }

  static model::Secret key(char letter) { return model::Secret(std::string(31, 'k') + letter); }

  /// A store whose keys are wrapped under the first of `keys`.
  void make_store(std::vector<model::Secret> keys) {
    adapters::local_bus::LocalBus bus;
    adapters::root_key::RootKeys wrapper(std::move(keys), random_);
    auto store = adapters::sqlite::SqliteStore::open(config_.database_path(), clock_, bus);
    ASSERT_TRUE(store);
    vault::KeyRing ring(**store, wrapper, clock_, random_);
    ASSERT_TRUE(test::run(ring.start()));
  }

  /// Name and content of every file below.
  std::map<std::string, std::string> bytes() const {
    std::map<std::string, std::string> all;
    for (const auto& entry : fs::recursive_directory_iterator(folder_)) {
      std::ifstream in(entry.path(), std::ios::binary);
      all[entry.path().string()] = entry.is_regular_file() ? std::string(std::istreambuf_iterator<char>(in), {}) : "";
    }
    return all;
  }

  fs::path folder_;
  Config config_;
  test::SteppedClock clock_;
  test::SystemRandom random_;
};

TEST_F(RootKeyChoice, security_s42_is_made_for_a_missing_and_for_an_empty_store_only) {
  auto made = root_keys_to_serve(config_, random_);
  ASSERT_TRUE(made) << made.error().detail;
  EXPECT_EQ(made->size(), 1U);
  EXPECT_EQ(static_cast<unsigned>(fs::status(config_.root_key_file).permissions()), 0600U);
  make_store(*made);
  EXPECT_EQ(root_keys_to_serve(config_, random_).value(), *made);

  fs::remove(config_.root_key_file);
  const auto before = bytes();
  const auto missing = root_keys_to_serve(config_, random_);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, Code::kKeyUnavailable);
  EXPECT_THAT(missing.error().detail, AllOf(HasSubstr(config_.root_key_file), HasSubstr(adapters::root_key::root_key_name(made->front()))));
  EXPECT_EQ(bytes(), before);
}

TEST_F(RootKeyChoice, security_s42_a_key_that_does_not_fit_is_refused_and_nothing_is_touched) {
  make_store({key('a')});
  const auto before = bytes();
  config_.root_keys = {key('b')};
  const auto wrong = root_keys_to_serve(config_, random_);
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().code, Code::kKeyUnavailable);
  for (const char letter : {'a', 'b'}) EXPECT_THAT(wrong.error().detail, HasSubstr(adapters::root_key::root_key_name(key(letter))));
  EXPECT_EQ(bytes(), before);
  config_.root_keys = {key('b'), key('a')};
  EXPECT_TRUE(root_keys_to_serve(config_, random_));
  EXPECT_EQ(bytes(), before);
}

TEST_F(RootKeyChoice, security_s42_is_not_made_inside_data_dir) {
  config_.root_key_file = config_.data_dir + "/root.key";
  EXPECT_EQ(root_keys_to_serve(config_, random_).error().code, Code::kKeyUnavailable);
  EXPECT_FALSE(fs::exists(config_.data_dir));
}

TEST_F(RootKeyChoice, reads_a_store_that_another_process_writes) {
  adapters::local_bus::LocalBus bus;
  adapters::root_key::RootKeys wrapper({key('a')}, random_);
  auto store = adapters::sqlite::SqliteStore::open(config_.database_path(), clock_, bus);
  ASSERT_TRUE(store);
  vault::KeyRing ring(**store, wrapper, clock_, random_);
  ASSERT_TRUE(test::run(ring.start()));  // it is in the log alone
  EXPECT_TRUE(check_root_keys(config_, {key('a')}));
  EXPECT_FALSE(check_root_keys(config_, {key('b')}));
  EXPECT_EQ(root_keys_that_open(config_.database_path()).value(), std::vector{adapters::root_key::root_key_name(key('a'))});
}

TEST_F(RootKeyChoice, tells_a_foreign_and_a_damaged_file_from_a_wrong_key) {
  config_.root_keys = {key('a')};
  fs::create_directories(config_.data_dir);
  std::ofstream(config_.database_path()) << std::string(5000, 'x');
  EXPECT_EQ(root_keys_to_serve(config_, random_).error().code, Code::kIntegrity);
}

}  // namespace
}  // namespace valetkey
