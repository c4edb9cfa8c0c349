#include "http/bootstrap.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "adapters/system/durable_file.hpp"
#include "http/problem.hpp"
#include "support/api_rig.hpp"

namespace valetkey::http {
namespace {

using namespace std::chrono_literals;
namespace system = adapters::system;
using test::ApiRig;

constexpr std::string_view kGiven = "vk_0123456789abcdefghijklmnopqrstuv";

struct Rig : ApiRig {
  Rig() : directory(testing::TempDir() + "bootstrap_" + std::to_string(::getpid())) {
    std::filesystem::create_directories(directory);
    router.add(
        {.method = "GET", .path = "/tokens", .needs = scoped({Scope::kTokensRead}), .handler = [](Request&) -> ports::Task<Response> {
           co_return text_response(200, "ok");
         }});
  }
  ~Rig() { std::filesystem::remove_all(directory); }

  model::Result<void> start(std::string_view given = {}) {
    return test::run(Bootstrap({records, *keys, vault.clock, vault.random, log, file}).run(model::Secret{std::string(given)}));
  }
  int status(std::string key) { return call({.path = "/tokens", .key = std::move(key)}).status; }
  [[nodiscard]] std::string left() const { return system::read_file(file.path).value_or(""); }
  void make_admin() {
    const KeySpec spec{.tenant = model::TenantId{std::string(kDefaultTenant)}, .name = "admin", .scopes = ScopeSet::all()};
    auto made = make_key(spec, *keys, vault.clock, vault.random);
    apply(test::run(unit_of_new_key(records, vault.clock, made.record)).value());
    admin = made.text.reveal();
  }

  std::string directory;
  std::string admin;
  KeyFile file{.path = directory + "/bootstrap-key",
               .read = [this] { return system::read_file(file.path); },
               .write = [this](std::string_view text) { return system::write_durably(directory, "bootstrap-key", text); },
               .remove = [this] { return system::remove_durably(directory, "bootstrap-key"); }};
};

TEST(Bootstrap, security_s18_a_made_key_is_in_a_private_file_and_in_no_log) {
  Rig rig;
  ASSERT_TRUE(rig.start());
  const auto key = rig.left();
  EXPECT_EQ(key.size(), 46u);
  EXPECT_EQ(rig.status(key), 200);
  struct stat facts{};
  ASSERT_EQ(::stat(rig.file.path.c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777, 0600u);
  EXPECT_TRUE(rig.log.holds(rig.file.path));
  EXPECT_FALSE(rig.log.holds(key));
  EXPECT_FALSE(rig.log.holds(key.substr(3)));
}

TEST(Bootstrap, a_made_key_survives_a_restart) {
  Rig rig;
  ASSERT_TRUE(rig.start());
  const auto key = rig.left();
  ASSERT_TRUE(rig.start());
  EXPECT_EQ(rig.left(), key);
  EXPECT_EQ(rig.status(key), 200);
}

TEST(Bootstrap, a_lost_file_is_replaced_and_the_lost_key_dies) {
  Rig rig;
  ASSERT_TRUE(rig.start());
  const auto lost = rig.left();
  std::filesystem::remove(rig.file.path);
  ASSERT_TRUE(rig.start());
  rig.bus.publish(nullptr);
  EXPECT_NE(rig.left(), lost);
  EXPECT_EQ(rig.status(lost), 401);
  EXPECT_EQ(rig.status(rig.left()), 200);
}

TEST(Bootstrap, security_s18_dies_with_the_first_admin_key) {
  Rig rig;
  ASSERT_TRUE(rig.start(kGiven));
  EXPECT_EQ(rig.status(std::string(kGiven)), 200);
  rig.make_admin();
  const auto response = rig.call({.path = "/tokens", .key = std::string(kGiven)});
  EXPECT_EQ(response.status, 401);
  EXPECT_THAT(response.body, testing::HasSubstr("the bootstrap key ended"));
  EXPECT_EQ(rig.status(rig.admin), 200);
}

TEST(Bootstrap, security_s18_stays_dead_after_a_restart) {
  Rig rig;
  ASSERT_TRUE(rig.start());
  const auto made = rig.left();
  rig.make_admin();
  for (const auto given : {std::string_view{}, kGiven}) {
    ASSERT_TRUE(rig.start(given));
    rig.bus.publish(nullptr);
    EXPECT_EQ(rig.status(std::string(kGiven)), 401);
    EXPECT_EQ(rig.status(made), 401);
    EXPECT_FALSE(std::filesystem::exists(rig.file.path));
  }
}

TEST(Bootstrap, security_s18_a_key_that_makes_no_keys_does_not_end_it) {
  Rig rig;
  ASSERT_TRUE(rig.start(kGiven));
  const KeySpec spec{.tenant = model::TenantId{std::string(kDefaultTenant)}, .name = "reader", .scopes = {Scope::kTokensRead}};
  rig.apply(test::run(unit_of_new_key(rig.records, rig.vault.clock, make_key(spec, *rig.keys, rig.vault.clock, rig.vault.random).record))
                .value());
  EXPECT_EQ(rig.status(std::string(kGiven)), 200);
}

TEST(Bootstrap, security_s18_dies_after_24_h) {
  Rig rig;
  ASSERT_TRUE(rig.start(kGiven));
  rig.vault.clock.advance(24h - 1ms);
  EXPECT_EQ(rig.status(std::string(kGiven)), 200);
  rig.vault.clock.advance(1ms);
  EXPECT_EQ(rig.status(std::string(kGiven)), 401);
  // The same value does not come back to life; another one does, and so does a made one.
  ASSERT_TRUE(rig.start(kGiven));
  EXPECT_EQ(rig.status(std::string(kGiven)), 401);
  const std::string other = std::string(kGiven) + "w";
  ASSERT_TRUE(rig.start(other));
  EXPECT_EQ(rig.status(other), 200);
}

TEST(Bootstrap, a_made_key_is_made_again_after_24_h) {
  Rig rig;
  ASSERT_TRUE(rig.start());
  const auto old = rig.left();
  rig.vault.clock.advance(24h);
  ASSERT_TRUE(rig.start());
  EXPECT_EQ(rig.status(old), 401);
  EXPECT_EQ(rig.status(rig.left()), 200);
}

TEST(Bootstrap, security_s18_weak_keys_are_refused) {
  Rig rig;
  for (const auto& weak : {std::string("vk_") + std::string(31, 'a'), std::string(40, 'a'), std::string("admin"),
                           "vk_" + std::string(32, ' '), "vk_" + std::string(201, 'a'), "vki_" + std::string(40, 'a').substr(0, 31)}) {
    const auto refused = rig.start(weak);
    ASSERT_FALSE(refused) << weak;
    EXPECT_EQ(refused.error().code, model::Code::kInvalidInput);
    EXPECT_THAT(refused.error().detail, testing::HasSubstr("openssl rand"));
    EXPECT_EQ(refused.error().detail.find(weak), std::string::npos);
  }
  EXPECT_TRUE(rig.start(std::string("vk_") + std::string(32, 'a')));
}

TEST(Bootstrap, security_s18_two_first_admins_cannot_both_be) {
  Rig rig;
  ASSERT_TRUE(rig.start(kGiven));
  const auto unit = [&] {
    const KeySpec spec{.tenant = model::TenantId{std::string(kDefaultTenant)}, .scopes = ScopeSet::all()};
    return test::run(unit_of_new_key(rig.records, rig.vault.clock, make_key(spec, *rig.keys, rig.vault.clock, rig.vault.random).record))
        .value();
  };
  auto first = unit();
  auto second = unit();
  EXPECT_TRUE(test::run(rig.vault.store.apply(std::move(first))));
  EXPECT_EQ(test::run(rig.vault.store.apply(std::move(second))).error().code, model::Code::kPreconditionFailed);
}

}  // namespace
}  // namespace valetkey::http
