#pragma once
#include <optional>
#include <string>
#include <vector>

#include "model/credential.hpp"
#include "model/id.hpp"

namespace valetkey::model {

/// What a destination wants; an empty list is everything. A type may end in `*`.
struct EventFilter {
  std::vector<std::string> types, integrations, credentials, connections;
};

/// Where events are delivered.
struct Destination {
  DestinationId id;
  TenantId tenant;
  std::int64_t revision = 0;
  std::string name;                     ///< unique in the tenant
  std::string description;
  std::string url;
  EventFilter filter;
  std::vector<StoredSecret> secrets;    ///< newest first; all that are valid sign (Standard Webhooks)
  bool is_enabled = true;
  std::string disabled_reason;          ///< gone: it answered 410; by_operator
  WallTime created_at{};
  WallTime updated_at{};
};

}  // namespace valetkey::model
