#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace valetkey::model {

/// A kind of stored record; one table each.
enum class Kind {
  kInstallation,
  kTenant,
  kDataKey,
  kApiKey,
  kIntegration,
  kCallbackKey,
  kCredential,
  kEndpointSet,
  kConnection,
  kGrant,
  kConnectSession,
  kFlow,
  kIdempotency,
  kTokenReads,
  kConfigService,
  kServiceVersion,
  kEndpoint,
  kEndpointKey,
  kReceivedRequest,
  kSeenEvent,
  kDestination,
  kDelivery,
  kEventCursor,
};
inline constexpr std::size_t kKindCount = static_cast<std::size_t>(Kind::kEventCursor) + 1;

/// A value a store can find rows by.
using Column = std::variant<std::monostate, std::int64_t, std::string>;

enum class ColumnType { kInteger, kText };

struct ColumnFacts {
  std::string_view name;
  ColumnType type;
};

/// How a kind is stored: its table, and its columns beside `id`, `tenant`, `revision`, `doc` and `mac`.
/// `is_protected`: the row carries a MAC that is checked at load (S41).
struct KindFacts {
  std::string_view table;
  std::span<const ColumnFacts> columns;
  bool is_protected;
};

const KindFacts& facts(Kind kind);

/// A record in the form every store keeps: what it is found by as columns, the rest as one JSON document.
/// `revision` counts the writes of this row from 1; the store sets it, and it is the API's ETag.
struct Row {
  Kind kind{};
  std::string tenant;  ///< empty: belongs to the installation
  std::string id;
  std::int64_t revision = 0;
  std::vector<Column> columns;  ///< in the order of facts(kind).columns
  std::string doc;
  std::string mac;  ///< raw bytes; empty where the kind is not protected
};

/// What a MAC covers: all but revision and mac.
std::string authenticated_bytes(const Row& row);

}  // namespace valetkey::model
