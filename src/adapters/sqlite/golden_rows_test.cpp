// Rows as a released version wrote them must be read by every later one. tests/contract/golden/ holds one dump for each migration,
// written by the version that had it as its newest; it is never changed once released. To write one:
//   VALETKEY_WRITE_GOLDEN=tests/contract/golden/0002.sql build/dev/bin/adapter_sqlite_test --gtest_filter='GoldenRows.*'
#include <cstdlib>

#include "contract/sample_records.hpp"
#include "contract/sqlite_test_store.hpp"

namespace valetkey::test {
namespace {

template <class... Record>
ports::Unit samples() {
  ports::Unit unit = put({model::to_row(sample<Record>())...});
  auto data_key = make_row(Kind::kDataKey, "dk_1");
  data_key.columns = {std::string("secrets"), std::string("active")};
  auto idempotency = make_row(Kind::kIdempotency, "idem_1");
  idempotency.mac = std::string("\0\xff mac", 6);
  for (auto& row : {data_key, idempotency}) unit.writes.emplace_back(ports::Put{row});
  unit.writes.emplace_back(ports::CountReads{"ten_a", "key_1", "conn_1", 29'453'760, 5});
  unit.writes.emplace_back(ports::TakeLease{"grant_1", "boot_1", "ten_a", model::Milliseconds{1000}});
  unit.events = {{.id = model::EventId{"evt_1"},
                  .tenant = model::TenantId{"ten_a"},
                  .type = "connection.created",
                  .connection = "conn_1",
                  .credential = "cred_1",
                  .payload = R"({"a":1})",
                  .occurred_at = at(1)},
                 make_event("evt_2")};
  unit.audit = {make_entry("one"), make_entry("two"), make_entry("three", "")};
  return unit;
}

ports::Unit all_samples() {
  return samples<model::Installation, model::Tenant, model::ApiKey, model::CustomIntegration, model::CallbackKey, model::Credential,
                 model::EndpointSet, model::Connection, model::Grant, model::ConnectSession, model::Flow, model::ConfigService,
                 model::ServiceVersion, model::Endpoint, model::EndpointKey, model::ReceivedRequest, model::SeenEvent, model::Destination,
                 model::Delivery, model::EventCursor>();
}

/// A script that makes the same database again.
std::string dump(const SqliteTestFile& file) {
  const auto schema = [&](std::string_view types) {
    std::string out;
    for (const auto& sql :
         file.query("SELECT sql || ';' FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' AND type IN (" +
                    std::string(types) + ") ORDER BY rowid"))
      out += sql + "\n";
    return out;
  };
  std::string script = schema("'table'");
  for (const auto& table : file.query("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY rowid")) {
    std::string values;
    for (const auto& column : file.query("SELECT name FROM pragma_table_info('" + table + "')"))
      values += (values.empty() ? "" : "||','||") + ("quote(" + column + ")");
    for (const auto& row : file.query("SELECT " + values + " FROM " + table)) script += "INSERT INTO " + table + " VALUES (" + row + ");\n";
  }
  return script + schema("'index', 'trigger'");
}

class GoldenRows : public testing::Test {
 protected:
  template <class Record>
  Record read(const std::string& id) {
    const auto row = run(rig_.store->get(model::kKindOf<Record>, id)).value();
    EXPECT_TRUE(row.has_value()) << id;
    auto record = model::from_row<Record>(row.value_or(model::Row{}));
    EXPECT_TRUE(record.has_value()) << id << ": " << record.error().log.text;
    return std::move(record).value_or(Record{});
  }

  /// The values are those of 0.1.0, written out: a sample that changes later must not change what is expected here.
  void expect_rows_of_0001() {
    EXPECT_EQ(read<model::Installation>("installation").fingerprint, "print");
    EXPECT_EQ(read<model::Tenant>("ten_a").policy.max_connections, 1'000'000);
    const auto key = read<model::ApiKey>("key_1");
    EXPECT_EQ(key.role, model::KeyRole::kInstallation);
    EXPECT_EQ(key.limits.connections, (std::vector<std::string>{"conn_1", "conn_2"}));
    EXPECT_EQ(read<model::CustomIntegration>("ten_a/acme").slug, "acme");
    EXPECT_EQ(read<model::CallbackKey>("cb_key").credential, "cred_1");
    const auto credential = read<model::Credential>("cred_1");
    EXPECT_EQ(credential.grant_type, model::GrantType::kClientCredentials);
    EXPECT_EQ(credential.completion, model::Completion::kImmediate);
    EXPECT_EQ(credential.overrides.pkce, false);
    EXPECT_EQ(credential.overrides.client_authentication, model::ClientAuthentication::kPost);
    auto set = read<model::EndpointSet>("cred_1/7");
    EXPECT_EQ(set.number, 7);
    EXPECT_EQ(set.secrets.size(), 2U);
    EXPECT_EQ(set.secrets[1].valid_until, at(3));
    set.proxy_query.clear();  // members that came later: not in the golden rows, but in the samples of today
    set.lookups.clear();
    EXPECT_EQ(set.hash(), "92b9edd8286883d6c0ef2506daf2b9aa460c2e9c8133fe92ad4dedf528f3c32a") << "its secrets would not open";
    const auto connection = read<model::Connection>("conn_1");
    EXPECT_EQ(connection.state, model::ConnectionState::kNeedsReconnect);
    EXPECT_EQ(connection.end_user.display_name, "Ada L\xc3\xb6velace");
    const auto grant = read<model::Grant>("grant_1");
    EXPECT_EQ(grant.generation, 12);
    EXPECT_EQ(grant.attempt, model::Attempt::kUnknown);
    EXPECT_EQ(grant.refresh_token.bytes, sealed("refresh").bytes);
    ASSERT_EQ(grant.access_tokens.size(), 2U);
    EXPECT_EQ(grant.access_tokens[1].sealed.bytes, sealed("user").bytes);
    EXPECT_EQ(read<model::ConnectSession>("cs_1").state, model::SessionState::kAuthorized);
    EXPECT_EQ(read<model::Flow>("1415").expires_at, at(6));
    EXPECT_EQ(run(rig_.store->get(Kind::kIdempotency, "idem_1")).value()->mac, std::string("\0\xff mac", 6));
    EXPECT_EQ(run(rig_.store->get(Kind::kTokenReads, "key_1/conn_1/29453760")).value()->doc,
              R"({"key":"key_1","connection":"conn_1","count":5})");
  }

  void expect_it_works_on() {
    EXPECT_EQ(first_broken(run(rig_.store->audit("ten_a", 0, 10)).value()), 0);
    EXPECT_EQ(run(rig_.store->events({.tenant = "ten_a"}))->size(), 2U);
    ports::Unit unit = put({model::to_row(sample<model::Grant>())});
    unit.preconditions = {ports::Expect{Kind::kGrant, "grant_1", "revision", std::int64_t{1}},
                          ports::ExpectFewer{Kind::kGrant, "ten_a", 1}};
    unit.events = {make_event("evt_3")};
    unit.audit = {make_entry("four")};
    EXPECT_EQ(outcome(rig_.apply(unit)), "ok");
    EXPECT_EQ(first_broken(run(rig_.store->audit("ten_a", 0, 10)).value()), 0);
    EXPECT_EQ(run(rig_.store->events({.tenant = "ten_a"}))->back().sequence, 3);
    EXPECT_TRUE(rig_.store->integrity_check()->empty());
  }

  SqliteTestStore rig_;
};

TEST_F(GoldenRows, of_the_first_schema_are_read_under_the_newest) {
  const std::string path = "tests/contract/golden/0001.sql";
  const auto script = bytes_of(path);
  ASSERT_FALSE(script.empty()) << "run in the root of the source tree: " << path << " is missing";
  rig_.file.query("BEGIN;" + script + "COMMIT");
  rig_.open();
  expect_rows_of_0001();
  expect_it_works_on();
}

TEST_F(GoldenRows, a_dump_of_the_newest_schema_is_the_same_database) {
  SqliteTestStore source;
  source.open();
  ASSERT_EQ(outcome(source.apply(all_samples())), "ok");
  source.store.reset();
  const auto script = dump(source.file);
  if (const char* path = std::getenv("VALETKEY_WRITE_GOLDEN"); path != nullptr) std::ofstream(path) << script;
  rig_.file.query("BEGIN;" + script + "COMMIT");
  EXPECT_EQ(dump(rig_.file), script);
  rig_.open();
  expect_rows_of_0001();
  expect_it_works_on();
}

}  // namespace
}  // namespace valetkey::test
