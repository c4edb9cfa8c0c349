#include "model/records.hpp"
#include "model/row_document.hpp"
#include "model/stored_secret_document.hpp"

namespace valetkey::model {

template <class Io>
static void members(Io& io, Is<EndpointSecret> auto& secret) {
  io("name", secret.name);
  io("value", secret.value);
}

template <class Io>
static void members(Io& io, Is<Endpoint> auto& endpoint) {
  io("integration", endpoint.integration);
  io("is_enabled", endpoint.is_enabled);
  io("verification", endpoint.verification);
  io("secrets", endpoint.secrets);
  io("parameters", endpoint.parameters);
  io("reply_destination", endpoint.reply_destination);
  io("handshake_until", endpoint.handshake_until);
  io("created_at", endpoint.created_at);
  io("updated_at", endpoint.updated_at);
}

template <class Io>
static void members(Io& io, Is<EndpointKey> auto& key) {
  io("created_at", key.created_at);
}

template <>
Row to_row(const Endpoint& endpoint) {
  return {.kind = Kind::kEndpoint,
          .tenant = endpoint.tenant.str(),
          .id = endpoint.id.str(),
          .revision = endpoint.revision,
          .columns = {text_column(endpoint.credential.str()), text_column(endpoint.connection.str())},
          .doc = document_of(endpoint)};
}

template <>
Result<Endpoint> from_row(const Row& row) {
  Endpoint endpoint;
  if (auto read = read_document(row, Kind::kEndpoint, endpoint); !read) return fail(std::move(read.error()));
  endpoint.id = EndpointId{row.id};
  endpoint.tenant = TenantId{row.tenant};
  endpoint.revision = row.revision;
  endpoint.credential = CredentialId{text_of(row.columns[0])};
  endpoint.connection = ConnectionId{text_of(row.columns[1])};
  return endpoint;
}

template <>
Row to_row(const EndpointKey& key) {
  return {.kind = Kind::kEndpointKey,
          .tenant = key.tenant.str(),
          .id = key.id,
          .revision = key.revision,
          .columns = {text_column(key.endpoint.str()), time_column(key.expires_at)},
          .doc = document_of(key)};
}

template <>
Result<EndpointKey> from_row(const Row& row) {
  EndpointKey key;
  if (auto read = read_document(row, Kind::kEndpointKey, key); !read) return fail(std::move(read.error()));
  key.id = row.id;
  key.tenant = TenantId{row.tenant};
  key.revision = row.revision;
  key.endpoint = EndpointId{text_of(row.columns[0])};
  key.expires_at = time_of(row.columns[1]);
  return key;
}

}  // namespace valetkey::model
