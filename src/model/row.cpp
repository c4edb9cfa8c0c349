#include "model/row.hpp"

#include <array>

#include "model/digest.hpp"

namespace valetkey::model {
namespace {

using enum ColumnType;

constexpr std::array kDataKeyColumns{ColumnFacts{"purpose", kText}, ColumnFacts{"state", kText}};
constexpr std::array kApiKeyColumns{ColumnFacts{"lookup", kText}, ColumnFacts{"role", kText}};
constexpr std::array kIntegrationColumns{ColumnFacts{"slug", kText}};
constexpr std::array kCallbackKeyColumns{ColumnFacts{"callback_key", kText}, ColumnFacts{"integration", kText}};
constexpr std::array kCredentialColumns{ColumnFacts{"name", kText}, ColumnFacts{"integration", kText}};
constexpr std::array kEndpointSetColumns{ColumnFacts{"credential", kText}, ColumnFacts{"number", kInteger}};
constexpr std::array kConnectionColumns{ColumnFacts{"credential", kText}, ColumnFacts{"end_user", kText}, ColumnFacts{"state", kText},
                                        ColumnFacts{"unique_key", kText}, ColumnFacts{"app_user_id", kText}};
constexpr std::array kGrantColumns{ColumnFacts{"connection", kText}, ColumnFacts{"credential", kText}, ColumnFacts{"generation", kInteger},
                                   ColumnFacts{"due_at", kInteger}, ColumnFacts{"data_key", kText}};
constexpr std::array kConnectSessionColumns{ColumnFacts{"token_hash", kText}, ColumnFacts{"expires_at", kInteger}};
constexpr std::array kFlowColumns{ColumnFacts{"expires_at", kInteger}};
constexpr std::array kIdempotencyColumns{ColumnFacts{"expires_at", kInteger}};
constexpr std::array kTokenReadsColumns{ColumnFacts{"minute", kInteger}};
constexpr std::array kConfigServiceColumns{ColumnFacts{"name", kText}};
constexpr std::array kServiceVersionColumns{ColumnFacts{"service", kText}, ColumnFacts{"number", kInteger}};
constexpr std::array kEndpointColumns{ColumnFacts{"credential", kText}, ColumnFacts{"connection", kText}};
constexpr std::array kEndpointKeyColumns{ColumnFacts{"endpoint", kText}, ColumnFacts{"expires_at", kInteger}};
constexpr std::array kReceivedRequestColumns{ColumnFacts{"endpoint", kText}, ColumnFacts{"credential", kText}, ColumnFacts{"state", kText},
                                             ColumnFacts{"due_at", kInteger}, ColumnFacts{"received_at", kInteger}};
constexpr std::array kSeenEventColumns{ColumnFacts{"expires_at", kInteger}};
constexpr std::array kDestinationColumns{ColumnFacts{"name", kText}};
constexpr std::array kDeliveryColumns{ColumnFacts{"destination", kText}, ColumnFacts{"event", kText}, ColumnFacts{"state", kText},
                                      ColumnFacts{"due_at", kInteger}, ColumnFacts{"created_at", kInteger}};

const std::array<KindFacts, kKindCount> kKinds{{
    {"installation", {}, true},
    {"tenants", {}, true},
    {"data_keys", kDataKeyColumns, false},
    {"api_keys", kApiKeyColumns, true},
    {"integrations", kIntegrationColumns, true},
    {"callback_keys", kCallbackKeyColumns, true},
    {"credentials", kCredentialColumns, true},
    {"endpoint_sets", kEndpointSetColumns, true},
    {"connections", kConnectionColumns, false},
    {"grants", kGrantColumns, false},
    {"connect_sessions", kConnectSessionColumns, true},
    {"flows", kFlowColumns, false},
    {"idempotency_records", kIdempotencyColumns, false},
    {"token_reads", kTokenReadsColumns, false},
    {"config_services", kConfigServiceColumns, true},
    {"service_versions", kServiceVersionColumns, true},
    {"endpoints", kEndpointColumns, true},
    {"endpoint_keys", kEndpointKeyColumns, true},
    {"received_requests", kReceivedRequestColumns, false},
    {"seen_events", kSeenEventColumns, false},
    {"destinations", kDestinationColumns, true},
    {"deliveries", kDeliveryColumns, false},
    {"event_cursors", {}, false},
}};

}  // namespace

const KindFacts& facts(Kind kind) { return kKinds[static_cast<std::size_t>(kind)]; }

std::string authenticated_bytes(const Row& row) {
  std::string columns;
  for (const auto& column : row.columns) {
    if (const auto* number = std::get_if<std::int64_t>(&column)) columns += length_prefixed({"i", std::to_string(*number)});
    else if (const auto* text = std::get_if<std::string>(&column)) columns += length_prefixed({"t", *text});
    else columns += length_prefixed({"n"});
  }
  return length_prefixed({facts(row.kind).table, row.tenant, row.id, columns, row.doc});
}

}  // namespace valetkey::model
