#include "vault/records.hpp"

#include <fmt/format.h>

namespace valetkey::vault {
namespace {

using model::Code;
using model::Kind;

constexpr std::string_view kMacLabel = "row";

/// What an answer calls a kind (DESIGN 1).
std::string_view name_of(Kind kind) {
  switch (kind) {
    case Kind::kInstallation: return "installation";
    case Kind::kTenant: return "tenant";
    case Kind::kDataKey: return "data key";
    case Kind::kApiKey: return "key";
    case Kind::kIntegration: return "integration";
    case Kind::kCallbackKey: return "callback key";
    case Kind::kCredential: return "credential";
    case Kind::kEndpointSet: return "endpoint set";
    case Kind::kConnection: return "connection";
    case Kind::kGrant: return "grant";
    case Kind::kConnectSession: return "connect session";
    case Kind::kFlow: return "authorisation request";
    case Kind::kIdempotency: return "idempotency record";
    case Kind::kTokenReads: return "count of token reads";
    case Kind::kConfigService: return "service";
    case Kind::kServiceVersion: return "version of a service";
    case Kind::kEndpoint: return "endpoint";
    case Kind::kEndpointKey: return "endpoint key";
    case Kind::kReceivedRequest: return "request";
    case Kind::kSeenEvent: return "seen event";
    case Kind::kDestination: return "destination";
    case Kind::kDelivery: return "delivery";
    case Kind::kEventCursor: return "event cursor";
  }
  std::unreachable();
}

model::Result<void> checked(const KeyRing& keys, const model::Row& row) {
  const auto& facts = model::facts(row.kind);
  if (!facts.is_protected || model::Secret::equals(row.mac, keys.mac(kMacLabel, model::authenticated_bytes(row)))) return {};
  return model::fail(Code::kIntegrity, fmt::format("record {} {} fails its integrity check", facts.table, row.id));
}

}  // namespace

ports::Answer<model::Row> Records::checked_get(model::Kind kind, std::string id) const {
  auto row = co_await store_.get(kind, std::move(id));
  if (!row) co_return model::fail(std::move(row.error()));
  if (!*row) co_return not_found(kind);
  if (auto is_intact = checked(keys_, **row); !is_intact) co_return model::fail(std::move(is_intact.error()));
  co_return std::move(**row);
}

ports::Answer<std::vector<model::Row>> Records::checked_find(ports::Query query) const {
  auto rows = co_await store_.find(std::move(query));
  if (!rows) co_return model::fail(std::move(rows.error()));
  for (const auto& row : *rows)
    if (auto is_intact = checked(keys_, row); !is_intact) co_return model::fail(std::move(is_intact.error()));
  co_return std::move(*rows);
}

model::Row Records::with_mac(model::Row row) const {
  if (model::facts(row.kind).is_protected) row.mac = keys_.mac(kMacLabel, model::authenticated_bytes(row));
  return row;
}

std::unexpected<model::Error> Records::not_found(model::Kind kind) {
  return model::fail(Code::kNotFound, fmt::format("no such {}", name_of(kind)));
}

}  // namespace valetkey::vault
