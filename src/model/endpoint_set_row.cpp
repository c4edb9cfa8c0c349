#include <fmt/format.h>

#include "model/records.hpp"
#include "model/row_document.hpp"
#include "model/stored_secret_document.hpp"

namespace valetkey::model {

template <class Io>
static void members(Io& io, Is<EndpointSet> auto& set) {
  io("client_id", set.client_id);
  io("authorization_url", set.authorization_url);
  io("token_url", set.token_url);
  io("refresh_url", set.refresh_url);
  io("revocation_url", set.revocation_url);
  io("introspection_url", set.introspection_url);
  io("userinfo_url", set.userinfo_url);
  io("base_uri", set.base_uri);
  io("issuer", set.issuer);
  io("redirect_uri", set.redirect_uri);
  io("client_authentication", set.client_authentication);
  io("proxy_headers", set.proxy_headers);
  io("proxy_query", set.proxy_query);
  io("lookups", set.lookups);
  io("placeholders", set.placeholders);
  io("host_rules", set.host_rules);
  io("config_services", set.config_services);
  io("secrets", set.secrets);
  io("sealed_base_uri", set.sealed_base_uri);
  io("has_older_connections", set.has_older_connections);
  io("created_at", set.created_at);
}

std::string endpoint_set_id(const CredentialId& credential, std::int64_t number) { return fmt::format("{}/{}", credential.str(), number); }

template <>
Row to_row(const EndpointSet& set) {
  return {.kind = Kind::kEndpointSet,
          .tenant = set.tenant.str(),
          .id = endpoint_set_id(set.credential, set.number),
          .revision = set.revision,
          .columns = {text_column(set.credential.str()), set.number},
          .doc = document_of(set)};
}

template <>
Result<EndpointSet> from_row(const Row& row) {
  EndpointSet set;
  if (auto read = read_document(row, Kind::kEndpointSet, set); !read) return fail(std::move(read.error()));
  set.tenant = TenantId{row.tenant};
  set.revision = row.revision;
  set.credential = CredentialId{text_of(row.columns[0])};
  set.number = integer_of(row.columns[1]);
  return set;
}

}  // namespace valetkey::model
