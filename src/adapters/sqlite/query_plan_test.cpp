#include "adapters/sqlite/kind_sql.hpp"
#include "contract/sqlite_test_store.hpp"

namespace valetkey::test {
namespace {

using model::Column;

struct PlanCase {
  const char* name;
  ports::Query query;
  const char* index;  ///< the plan must use it
};

std::vector<PlanCase> plan_cases() {
  const Column text = std::string("x");
  const auto by = [&](Kind kind, std::optional<std::string> tenant, std::string_view column) {
    return ports::Query{.kind = kind, .tenant = std::move(tenant), .equal = {{column, text}}};
  };
  const auto due = [](Kind kind, std::string_view column) {
    return ports::Query{.kind = kind, .at_most = std::pair{column, std::int64_t{1}}};
  };
  return {
      {"connections of a tenant", {.kind = Kind::kConnection, .tenant = "t"}, "connections_tenant"},
      {"credentials of a tenant", {.kind = Kind::kCredential, .tenant = "t"}, "credentials_tenant"},
      {"connections of a credential", by(Kind::kConnection, "t", "credential"), "connections_credential"},
      {"connections of a credential, any tenant", by(Kind::kConnection, {}, "credential"), "connections_credential"},
      {"connections of an end user", by(Kind::kConnection, "t", "end_user"), "connections_end_user"},
      {"connections in a state", by(Kind::kConnection, "t", "state"), "connections_state"},
      {"the client credentials connection",
       {.kind = Kind::kConnection, .tenant = "t", .equal = {{"credential", text}, {"unique_key", text}}},
       "connections_unique_key"},
      {"credential by name", by(Kind::kCredential, "t", "name"), "credentials_name"},
      {"credentials of an integration", by(Kind::kCredential, "t", "integration"), "credentials_integration"},
      {"custom integration by slug", by(Kind::kIntegration, "t", "slug"), "integrations_slug"},
      {"endpoint sets of a credential", by(Kind::kEndpointSet, "t", "credential"), "endpoint_sets_number"},
      {"grants of a connection", by(Kind::kGrant, "t", "connection"), "grants_connection"},
      {"grants of a credential", by(Kind::kGrant, {}, "credential"), "grants_credential"},
      {"grants under a data key", by(Kind::kGrant, {}, "data_key"), "grants_data_key"},
      {"grants that are due", due(Kind::kGrant, "due_at"), "grants_due_at"},
      {"API key by look-up", by(Kind::kApiKey, {}, "lookup"), "api_keys_lookup"},
      {"callback key", by(Kind::kCallbackKey, {}, "callback_key"), "callback_keys_key"},
      {"connect session by token", by(Kind::kConnectSession, {}, "token_hash"), "connect_sessions_token_hash"},
      {"sessions that expired", due(Kind::kConnectSession, "expires_at"), "connect_sessions_expires_at"},
      {"flows that expired", due(Kind::kFlow, "expires_at"), "flows_expires_at"},
      {"idempotency records that expired", due(Kind::kIdempotency, "expires_at"), "idempotency_records_expires_at"},
      {"connections of a user of the application",
       {.kind = Kind::kConnection, .equal = {{"credential", text}, {"app_user_id", text}}},
       "connections_app_user_id"},
      {"service by name", by(Kind::kConfigService, "t", "name"), "config_services_name"},
      {"versions of a service", by(Kind::kServiceVersion, {}, "service"), "service_versions_number"},
      {"endpoints of a credential", by(Kind::kEndpoint, {}, "credential"), "endpoints_credential"},
      {"endpoints of a connection", by(Kind::kEndpoint, {}, "connection"), "endpoints_connection"},
      {"keys of an endpoint", by(Kind::kEndpointKey, {}, "endpoint"), "endpoint_keys_endpoint"},
      {"endpoint keys that expired", due(Kind::kEndpointKey, "expires_at"), "endpoint_keys_expires_at"},
      {"requests that are due", due(Kind::kReceivedRequest, "due_at"), "received_requests_due_at"},
      {"requests of old", due(Kind::kReceivedRequest, "received_at"), "received_requests_received_at"},
      {"seen events that expired", due(Kind::kSeenEvent, "expires_at"), "seen_events_expires_at"},
      {"destination by name", by(Kind::kDestination, "t", "name"), "destinations_name"},
      {"deliveries to a destination", by(Kind::kDelivery, "t", "destination"), "deliveries_destination"},
      {"dead letters of a destination",
       {.kind = Kind::kDelivery, .tenant = "t", .equal = {{"destination", text}, {"state", text}}},
       "deliveries_destination_state"},
      {"deliveries of an event", by(Kind::kDelivery, "t", "event"), "deliveries_event"},
      {"deliveries that are due", due(Kind::kDelivery, "due_at"), "deliveries_due_at"},
      {"deliveries of old", due(Kind::kDelivery, "created_at"), "deliveries_created_at"},
      {"token reads of old", due(Kind::kTokenReads, "minute"), "token_reads_minute"},
  };
}

/// The steps of the plan, one a line.
std::string plan_of(const SqliteTestFile& file, const std::string& sql) {
  std::string plan;
  for (const auto& word : file.query("EXPLAIN QUERY PLAN " + sql)) plan += word + "\n";
  return plan;
}

TEST(QueryPlan, every_query_of_the_broker_goes_by_its_index) {
  SqliteTestStore rig;
  rig.open();
  for (const auto& one : plan_cases()) {
    const auto plan = plan_of(rig.file, adapters::sqlite::find_sql(one.query).value());
    EXPECT_NE(plan.find(std::string("SEARCH ") + std::string(model::facts(one.query.kind).table) + " USING INDEX " + one.index + " "),
              std::string::npos)
        << one.name << ":\n"
        << plan;
    EXPECT_EQ(plan.find("SCAN"), std::string::npos) << one.name << ":\n" << plan;
  }
}

TEST(QueryPlan, reads_writes_and_quotas_look_up) {
  SqliteTestStore rig;
  rig.open();
  for (std::size_t i = 0; i < model::kKindCount; ++i) {
    const auto kind = static_cast<Kind>(i);
    const auto& sql = adapters::sqlite::sql_of(kind);
    for (const auto& one : {sql.get, sql.erase, adapters::sqlite::count_sql({.kind = kind, .tenant = "t"}).value()})
      EXPECT_EQ(plan_of(rig.file, one).find("SCAN"), std::string::npos) << one;
  }
  for (const char* one : {"SELECT * FROM events WHERE tenant = ? AND sequence > ? ORDER BY sequence LIMIT ?",
                          "SELECT * FROM events WHERE tenant = ? AND sequence > ? AND connection = ? ORDER BY sequence LIMIT ?",
                          "SELECT * FROM events WHERE tenant = ? AND sequence > ? AND id = ? ORDER BY sequence LIMIT ?",
                          "SELECT * FROM events WHERE sequence > ? ORDER BY sequence LIMIT ?",
                          "SELECT sequence FROM events WHERE occurred_at < ? ORDER BY occurred_at, sequence LIMIT ?",
                          "SELECT sequence, hash FROM audit WHERE tenant = ? ORDER BY sequence DESC LIMIT 1"}) {
    const auto plan = plan_of(rig.file, one);
    EXPECT_EQ(plan.find("SCAN"), std::string::npos) << one << "\n" << plan;
    EXPECT_EQ(plan.find("TEMP B-TREE"), std::string::npos) << one << "\n" << plan;
  }
}

}  // namespace
}  // namespace valetkey::test
