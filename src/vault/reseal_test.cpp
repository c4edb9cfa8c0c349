#include "vault/reseal.hpp"

#include <gmock/gmock.h>

#include <atomic>
#include <thread>

#include "support/vault_rig.hpp"
#include "vault/places.hpp"

namespace valetkey::vault {
namespace {

using model::Code;
using model::Kind;
using model::Sealed;
using model::Secret;
using test::run;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class MemoryRescue final : public ports::Rescue {
 public:
  std::vector<std::pair<std::string, std::string>> kept;

  ports::Answer<void> keep(std::string name, std::string sealed) override {
    kept.emplace_back(std::move(name), std::move(sealed));
    co_return model::Result<void>{};
  }
  ports::Answer<std::vector<std::pair<std::string, std::string>>> all() override { co_return kept; }
  ports::Answer<void> drop(std::string name) override {
    std::erase_if(kept, [&](const auto& entry) { return entry.first == name; });
    co_return model::Result<void>{};
  }
};

struct ResealTest : testing::Test {
  static constexpr model::Milliseconds kGrace{60'000};

  test::VaultRig rig;
  MemoryRescue rescue;
  std::unique_ptr<KeyRing> keys = rig.ring();
  Records records{rig.store, *keys};
  Reseal reseal{records, *keys, rig.clock, rescue, kGrace};
  const model::TenantId tenant{"ten_1"};
  const std::string hash = new_set().hash();

  [[nodiscard]] model::EndpointSet new_set() const {
    return {.credential = model::CredentialId{"cred_1"},
            .tenant = tenant,
            .number = 1,
            .client_id = "id",
            .token_url = "https://a.example/token"};
  }
  Sealed sealed(const Place& place, std::string plain) {
    auto made = run(keys->seal(place, Secret(std::move(plain))));
    EXPECT_TRUE(made);
    return made.value_or(Sealed{});
  }
  void store(ports::Put put) { ASSERT_TRUE(run(rig.store.apply({.writes = {std::move(put)}}))); }

  void store_set() {
    auto set = new_set();
    for (const int at : {2, 1}) {
      model::StoredSecret secret{.set_at = model::from_unix_ms(at)};
      secret.sealed = sealed(client_secret_place(set, secret.set_at), "secret " + std::to_string(at));
      set.secrets.push_back(std::move(secret));
    }
    store(records.put(set));
  }
  model::Grant new_grant(const std::string& id) {
    model::Grant grant{.id = model::GrantId{id},
                       .tenant = tenant,
                       .connection = model::ConnectionId{"conn_1"},
                       .credential = model::CredentialId{"cred_1"},
                       .endpoint_set = 1};
    grant.refresh_token = sealed(refresh_token_place(grant, hash), "refresh " + id);
    grant.password = sealed(password_place(grant, hash), "password " + id);
    grant.extra = sealed(extra_place(grant, hash), "extra " + id);
    for (const auto* name : {"", "user"}) {
      model::AccessToken token{.name = name, .generation = 1};
      token.sealed = sealed(access_token_place(grant, token, hash), "access " + id + name);
      grant.access_tokens.push_back(std::move(token));
    }
    grant.data_key = KeyRing::data_key_of(grant.refresh_token);
    return grant;
  }
  void store_grants(int count) {
    for (int i = 0; i < count; ++i) store(records.put(new_grant("grant_" + std::to_string(i))));
  }

  std::string rotate() {
    auto id = run(keys->rotate_data_key(Purpose::kSecrets, tenant));
    EXPECT_TRUE(id);
    return id.value_or("");
  }
  ResealReport resealed() {
    auto report = run(reseal.run(tenant));
    EXPECT_TRUE(report) << report.error().detail;
    return report.value_or(ResealReport{});
  }
  std::string opened(KeyRing& ring, const Place& place, const Sealed& bytes) {
    auto plain = run(ring.open(place, bytes));
    return plain ? std::string(plain->reveal()) : "error: " + plain.error().detail;
  }
  /// Everything of a grant opens to what was sealed, by a node that knows no key yet, and under `key` alone.
  void expect_whole(const std::string& id, const std::string& key) {
    const auto node = rig.ring();
    const auto grant = run(records.load<model::Grant>(tenant, id)).value();
    EXPECT_EQ(opened(*node, refresh_token_place(grant, hash), grant.refresh_token), "refresh " + id);
    EXPECT_EQ(opened(*node, password_place(grant, hash), grant.password), "password " + id);
    EXPECT_EQ(opened(*node, extra_place(grant, hash), grant.extra), "extra " + id);
    for (const auto& token : grant.access_tokens) {
      EXPECT_EQ(opened(*node, access_token_place(grant, token, hash), token.sealed), "access " + id + token.name);
      EXPECT_EQ(KeyRing::data_key_of(token.sealed), key);
    }
    for (const auto* field : {&grant.refresh_token, &grant.password, &grant.extra}) EXPECT_EQ(KeyRing::data_key_of(*field), key);
    EXPECT_EQ(grant.data_key, key);
  }
};

TEST_F(ResealTest, security_s40_moves_every_field_and_forgets_the_key_after_the_grace) {
  store_set();
  store_grants(150);
  const auto old = run(keys->current_data_key(Purpose::kSecrets, tenant)).value();
  EXPECT_EQ(resealed().records, 0) << "nothing is retired";
  const auto current = rotate();

  auto report = resealed();
  EXPECT_EQ(report.records, 151);
  EXPECT_THAT(report.kept, ElementsAre(old));
  expect_whole("grant_0", current);
  expect_whole("grant_149", current);
  const auto set = run(records.load<model::EndpointSet>(tenant, "cred_1/1")).value();
  EXPECT_EQ(opened(*keys, client_secret_place(set, model::from_unix_ms(1)), set.secrets[1].sealed), "secret 1");
  EXPECT_EQ(KeyRing::data_key_of(set.secrets[0].sealed), current);

  rig.clock.advance(kGrace - model::Milliseconds(1));
  report = resealed();
  EXPECT_EQ(report.records, 0);
  EXPECT_THAT(report.kept, ElementsAre(old));
  rig.clock.advance(model::Milliseconds(1));
  EXPECT_THAT(resealed().forgotten, ElementsAre(old));
  EXPECT_FALSE(*run(rig.store.get(Kind::kDataKey, old)));
  expect_whole("grant_7", current);
}

TEST_F(ResealTest, security_s40_secrets_of_endpoints_destinations_and_services_are_moved_before_their_key_is_forgotten) {
  const model::WallTime at = model::from_unix_ms(5);
  model::Endpoint endpoint{.id = model::EndpointId{"ep_1"}, .tenant = tenant};
  endpoint.credential = model::CredentialId{"cred_1"};
  endpoint.secrets.push_back({.name = "signing_secret", .value = {.set_at = at}});
  endpoint.secrets[0].value.sealed = sealed(endpoint_secret_place(endpoint, "signing_secret", at), "of the endpoint");
  model::Destination destination{.id = model::DestinationId{"dest_1"}, .tenant = tenant};
  destination.name = "d";
  destination.url = "https://a.example/";
  destination.secrets.push_back({.sealed = sealed(destination_secret_place(destination, at), "of the destination"), .set_at = at});
  model::ConfigService service{.id = model::ServiceId{"serv_1"}, .tenant = tenant};
  service.name = "s";
  service.signing_secret = sealed(service_secret_place(service), "of the service");
  store(records.put(endpoint));
  store(records.put(destination));
  store(records.put(service));
  const auto old = run(keys->current_data_key(Purpose::kSecrets, tenant)).value();
  rotate();
  EXPECT_EQ(resealed().records, 3);
  rig.clock.advance(kGrace);
  EXPECT_THAT(resealed().forgotten, ElementsAre(old));
  endpoint = run(records.load<model::Endpoint>(tenant, "ep_1")).value();
  destination = run(records.load<model::Destination>(tenant, "dest_1")).value();
  service = run(records.load<model::ConfigService>(tenant, "serv_1")).value();
  EXPECT_EQ(opened(*keys, endpoint_secret_place(endpoint, "signing_secret", at), endpoint.secrets[0].value.sealed), "of the endpoint");
  EXPECT_EQ(opened(*keys, destination_secret_place(destination, at), destination.secrets[0].sealed), "of the destination");
  EXPECT_EQ(opened(*keys, service_secret_place(service), service.signing_secret), "of the service");
}

TEST_F(ResealTest, security_s40_a_write_in_between_wins_and_is_moved_later) {
  store_set();
  store_grants(1);
  const auto old = run(keys->current_data_key(Purpose::kSecrets, tenant)).value();
  // What a node still sealed by the old key just before, and saves while the walk is on its way.
  auto refreshed = new_grant("grant_0");
  refreshed.refresh_token = sealed(refresh_token_place(refreshed, hash), "rotated");
  refreshed.generation = 2;
  rotate();
  rig.store.before_apply = [&](const ports::Unit& unit) -> std::optional<model::Error> {
    const auto* put = std::get_if<ports::Put>(&unit.writes.at(0));
    if (put == nullptr || put->row.kind != Kind::kGrant) return std::nullopt;
    rig.store.before_apply = nullptr;
    store(records.put(refreshed));
    return std::nullopt;
  };
  const auto report = resealed();
  EXPECT_THAT(report.kept, ElementsAre(old));
  const auto grant = run(records.load<model::Grant>(tenant, "grant_0")).value();
  EXPECT_EQ(grant.generation, 2);
  EXPECT_EQ(opened(*keys, refresh_token_place(grant, hash), grant.refresh_token), "rotated");
  EXPECT_NE(KeyRing::data_key_of(grant.refresh_token), old);
}

TEST_F(ResealTest, security_s40_a_key_that_something_needs_is_not_forgotten) {
  store_set();
  store_grants(2);
  const auto old = run(keys->current_data_key(Purpose::kSecrets, tenant)).value();
  model::Flow flow{.id = "state", .tenant = tenant};
  flow.code_verifier = sealed(code_verifier_place(flow), "verifier");
  store(records.put(flow));
  const auto rescued = sealed(rescue_place(tenant, model::GrantId{"grant_0"}, 2), "rescued");
  ASSERT_TRUE(run(rescue.keep("one", rescued.bytes)));
  rotate();
  rig.clock.advance(kGrace);
  EXPECT_THAT(resealed().kept, ElementsAre(old));
  ASSERT_TRUE(run(rig.store.apply({.writes = {ports::Erase{Kind::kFlow, "state"}}})));
  EXPECT_THAT(resealed().kept, ElementsAre(old)) << "a token waits in rescue";
  ASSERT_TRUE(run(rescue.drop("one")));
  EXPECT_THAT(resealed().forgotten, ElementsAre(old));
}

TEST_F(ResealTest, security_s40_a_field_that_does_not_open_keeps_its_key_and_is_told) {
  store_set();
  store_grants(2);
  const auto old = run(keys->current_data_key(Purpose::kSecrets, tenant)).value();
  auto broken = new_grant("grant_broken");
  broken.extra = broken.password;  // moved from another field
  store(records.put(broken));
  auto orphan = new_grant("grant_orphan");
  orphan.endpoint_set = 9;
  store(records.put(orphan));
  const auto current = rotate();
  rig.clock.advance(kGrace);
  const auto report = resealed();
  EXPECT_THAT(report.kept, ElementsAre(old));
  ASSERT_EQ(report.failures.size(), 2U);
  EXPECT_THAT(report.failures[0].detail, HasSubstr("token_extra of grant_broken"));
  EXPECT_THAT(report.failures[1].detail, HasSubstr("grant_orphan"));
  expect_whole("grant_1", current);
  const auto after = run(records.load<model::Grant>(tenant, "grant_broken")).value();
  EXPECT_EQ(after.extra.bytes, broken.extra.bytes) << "what does not open is left as it is";
  EXPECT_EQ(opened(*keys, password_place(after, hash), after.password), "password grant_broken");
}

TEST_F(ResealTest, security_s41_an_endpoint_set_that_was_changed_gets_no_secret) {
  store_set();
  store_grants(1);
  rotate();
  rig.store.tamper(Kind::kEndpointSet, "cred_1/1", [](model::Row& row) { row.doc.replace(row.doc.find("a.example"), 9, "e.example"); });
  const auto units = rig.store.units_applied();
  const auto report = run(reseal.run(tenant));
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, Code::kIntegrity);
  EXPECT_EQ(rig.store.units_applied(), units);
}

TEST_F(ResealTest, goes_on_after_a_crash_in_the_middle) {
  store_set();
  store_grants(10);
  const auto current = rotate();
  int units = 0;
  rig.store.before_apply = [&](const ports::Unit&) -> std::optional<model::Error> {
    if (++units <= 5) return std::nullopt;
    return model::Error{.code = Code::kStoreUnavailable, .detail = "killed"};
  };
  EXPECT_FALSE(run(reseal.run(tenant)));
  rig.store.before_apply = nullptr;
  EXPECT_EQ(resealed().records, 6);
  for (int i = 0; i < 10; ++i) expect_whole("grant_" + std::to_string(i), current);
}

TEST_F(ResealTest, other_tenants_are_left_alone) {
  store_set();
  store_grants(1);
  const auto before = rig.store.rows();
  EXPECT_TRUE(run(keys->rotate_data_key(Purpose::kSecrets, model::TenantId{"ten_2"})));
  rig.clock.advance(kGrace);
  EXPECT_EQ(run(reseal.run(model::TenantId{"ten_2"}))->forgotten.size(), 1U);
  EXPECT_EQ(rig.store.rows().at({Kind::kGrant, "grant_0"}).doc, before.at({Kind::kGrant, "grant_0"}).doc);
}

TEST_F(ResealTest, security_s40_while_threads_read_and_write) {
  store_set();
  store_grants(4);
  std::atomic<bool> is_over{false};
  std::atomic<int> reads{0};
  const auto serve = [&](int thread) {
    const auto id = "grant_" + std::to_string(thread);
    const auto place = [&](const model::Grant& grant) { return refresh_token_place(grant, hash); };
    for (int round = 0; !is_over || round < 20; ++round) {
      auto grant = run(records.load<model::Grant>(tenant, id));
      ASSERT_TRUE(grant);
      ASSERT_EQ(opened(*keys, place(*grant), grant->refresh_token), "refresh " + id);
      ++reads;
      // A refresh: seals anew and saves by generation, as oauth does.
      const auto spent = grant->generation++;
      grant->refresh_token = sealed(place(*grant), "refresh " + id);
      ports::Unit unit;
      unit.preconditions.emplace_back(ports::Expect{Kind::kGrant, id, "generation", spent});
      unit.writes.emplace_back(records.put(*grant));
      ASSERT_TRUE(run(rig.store.apply(std::move(unit)))) << "a reseal must not spoil a refresh";
    }
  };
  std::vector<std::thread> threads;
  threads.reserve(3);
  for (int i = 0; i < 3; ++i) threads.emplace_back(serve, i);
  for (int i = 0; i < 10; ++i) {
    rotate();
    auto report = run(reseal.run(tenant));
    EXPECT_TRUE(report || report.error().code == Code::kStoreBusy) << report.error().detail;
  }
  is_over = true;
  for (auto& thread : threads) thread.join();
  EXPECT_GT(reads, 60 - 1);
  rig.clock.advance(kGrace);
  EXPECT_THAT(resealed().kept, IsEmpty());
  for (int i = 0; i < 4; ++i) expect_whole("grant_" + std::to_string(i), run(keys->current_data_key(Purpose::kSecrets, tenant)).value());
}

}  // namespace
}  // namespace valetkey::vault
