#include "services/library/service_directory.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "support/vault_rig.hpp"
#include "vault/places.hpp"

namespace valetkey::services {
namespace {

using model::Code;
using model::Implementation;

constexpr std::string_view kVerification = "webhook_event_verification";
constexpr std::string_view kDocument =
    R"({"secrets":[{"name":"s","title":"S","help":"..."}],"verify":[{"scheme":"hmac","algorithm":"sha256","key":{"secret":"s"},)"
    R"("signature":{"header":"x-sig","decode":"hex"},"message":["raw"]}]})";

std::string preset() {
  auto document = boost::json::parse(kDocument).as_object();
  document["slug"] = "one";
  document["title"] = "One";
  document["documentation_url"] = "https://docs.example";
  document["checked_on"] = "2026-11-24";
  document["confidence"] = "documentation";
  return boost::json::serialize(document);
}

/// Tells its one listener.
class OneListener final : public ports::EventBus {
 public:
  std::shared_ptr<void> subscribe(std::function<void(const ports::Change*)> listener) override {
    listener_ = std::move(listener);
    return std::make_shared<int>(0);
  }
  void publish(const ports::Change* change) override { listener_(change); }

 private:
  std::function<void(const ports::Change*)> listener_;
};

class Directory : public ::testing::Test {
 public:
  /// Writes version `number` of serv_one, which becomes the current one.
  void write(std::int64_t number, std::string text, Implementation implementation = Implementation::kDeclarative,
             std::vector<std::string> kinds = {std::string(kVerification)}) {
    model::ConfigService head{.id = model::ServiceId{"serv_one"}, .tenant = tenant, .name = "One", .implementation = implementation};
    head.kinds = kinds;
    head.version = number;
    head.signing_secret = *test::run(ring->seal(vault::service_secret_place(head), model::Secret("whsec_secret")));
    const model::ServiceVersion version{
        .service = head.id, .tenant = tenant, .number = number, .kinds = std::move(kinds), .text = std::move(text)};
    ASSERT_TRUE(test::run(rig.store.apply({.writes = {records.put(head), records.put(version)}})));
    const ports::Change change{model::Kind::kConfigService, tenant.str(), head.id.str()};
    bus.publish(&change);
  }
  model::Result<ServicePtr> find(std::string name, std::string_view kind = kVerification, const char* of = "ten_a") {
    return test::run(directory.find(model::TenantId{of}, std::move(name), kind));
  }
  Code error(std::string name, std::string_view kind = kVerification, const char* of = "ten_a") {
    const auto found = find(std::move(name), kind, of);
    return found ? Code::kInternal : found.error().code;
  }

  const model::TenantId tenant{"ten_a"};
  test::VaultRig rig;
  std::unique_ptr<vault::KeyRing> ring = rig.ring();
  vault::Records records{rig.store, *ring};
  OneListener bus;
  PresetLibrary presets = *PresetLibrary::read({{"one", boost::json::parse(preset())}});
  ServiceDirectory directory{records, *ring, bus, presets};
};

TEST_F(Directory, presets_are_for_every_tenant) {
  const auto found = find("preset/one");
  ASSERT_TRUE(found);
  EXPECT_EQ((*found)->name, "preset/one");
  EXPECT_TRUE((*found)->document);
  EXPECT_EQ((*found)->kinds, std::vector{std::string(kVerification)});
  EXPECT_EQ(error("preset/none"), Code::kNotFound);
  EXPECT_EQ(error("preset/one", "webhook_parser"), Code::kInvalidInput);
}

TEST_F(Directory, a_tenants_own_is_for_nobody_else) {
  write(1, std::string(kDocument));
  ASSERT_TRUE(find("serv_one"));
  EXPECT_EQ(error("serv_one", kVerification, "ten_b"), Code::kNotFound);
  EXPECT_EQ(error("serv_two"), Code::kNotFound);
  EXPECT_EQ(error(""), Code::kNotFound);
}

TEST_F(Directory, is_read_once_until_it_changes) {
  write(1, std::string(kDocument));
  const auto first = find("serv_one");
  EXPECT_EQ(*first, *find("serv_one"));
  write(2, std::string(kDocument));
  EXPECT_NE(*first, *find("serv_one"));
  bus.publish(nullptr);  // changes may have been missed
  EXPECT_NE(*first, *find("serv_one"));
}

TEST_F(Directory, a_name_may_be_pinned_to_a_version) {
  write(1, "function verify() { return 1 }", Implementation::kScript);
  write(2, "function verify() { return 2 }", Implementation::kScript);
  EXPECT_TRUE((*find("serv_one"))->source.contains("return 2"));
  EXPECT_TRUE((*find("serv_one@1"))->source.contains("return 1"));
  EXPECT_TRUE((*find("serv_one@2"))->source.contains("return 2"));
  for (const auto* name : {"serv_one@3", "serv_one@0", "serv_one@-1", "serv_one@", "serv_one@1x", "serv_one@1@2"})
    EXPECT_EQ(error(name), Code::kNotFound) << name;
}

TEST_F(Directory, an_http_service_comes_with_its_secret) {
  write(1, "https://service.example/hook", Implementation::kHttp, {"token_validation"});
  const auto found = find("serv_one", "token_validation");
  ASSERT_TRUE(found);
  EXPECT_EQ((*found)->url, "https://service.example/hook");
  EXPECT_EQ((*found)->signing_secret.reveal(), "whsec_secret");
  EXPECT_EQ(error("serv_one"), Code::kInvalidInput);
}

TEST_F(Directory, a_document_that_cannot_be_read_says_whose_it_is) {
  write(1, R"({"verify":[]})");
  const auto found = find("serv_one");
  ASSERT_FALSE(found);
  EXPECT_TRUE(found.error().detail.contains("serv_one")) << found.error().detail;
}

}  // namespace
}  // namespace valetkey::services
