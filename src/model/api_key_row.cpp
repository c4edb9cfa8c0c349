#include "model/records.hpp"
#include "model/row_document.hpp"

namespace valetkey::model {

template <class Io>
static void members(Io& io, Is<KeyLimits> auto& limits) {
  io("credentials", limits.credentials);
  io("connections", limits.connections);
}

template <class Io>
static void members(Io& io, Is<ApiKey> auto& key) {
  io("name", key.name);
  io("scopes", key.scopes);
  io("limits", key.limits);
  io("expires_at", key.expires_at);
  io("hash", key.hash);
  io("created_at", key.created_at);
  io("created_by", key.created_by);
}

template <>
Row to_row(const ApiKey& key) {
  return {.kind = Kind::kApiKey,
          .tenant = key.tenant.str(),
          .id = key.id.str(),
          .revision = key.revision,
          .columns = {text_column(key.lookup), text_column(spelling(key.role))},
          .doc = document_of(key)};
}

template <>
Result<ApiKey> from_row(const Row& row) {
  ApiKey key;
  if (auto read = read_document(row, Kind::kApiKey, key); !read) return fail(std::move(read.error()));
  const auto role = spelled<KeyRole>(text_of(row.columns[1]));
  if (!role) return fail(unreadable_row(row.kind, {{"/role", "is not a role of a key"}}));
  key.id = ApiKeyId{row.id};
  key.tenant = TenantId{row.tenant};
  key.revision = row.revision;
  key.lookup = text_of(row.columns[0]);
  key.role = *role;
  return key;
}

}  // namespace valetkey::model
