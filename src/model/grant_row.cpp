#include "model/records.hpp"
#include "model/row_document.hpp"

namespace valetkey::model {

template <class Io>
static void members(Io& io, Is<AccessToken> auto& token) {
  io("name", token.name);
  io("audience", token.audience);
  io("sealed", token.sealed);
  io("token_type", token.token_type);
  io("scopes", token.scopes);
  io("issued_at", token.issued_at);
  io("expires_at", token.expires_at);
  io("generation", token.generation);
}

template <class Io>
static void members(Io& io, Is<Grant> auto& grant) {
  io("endpoint_set", grant.endpoint_set);
  io("refresh_token", grant.refresh_token);
  io("refresh_expires_at", grant.refresh_expires_at);
  io("refresh_used_at", grant.refresh_used_at);
  io("password", grant.password);
  io("audience", grant.audience);
  io("scopes", grant.scopes);
  io("access_tokens", grant.access_tokens);
  io("extra", grant.extra);
  io("attempt", grant.attempt);
  io("attempt_at", grant.attempt_at);
  io("failures", grant.failures);
  io("next_attempt_at", grant.next_attempt_at);
  io("last_error", grant.last_error);
  io("expiring_announced", grant.expiring_announced);
  io("created_at", grant.created_at);
}

template <>
Row to_row(const Grant& grant) {
  return {.kind = Kind::kGrant,
          .tenant = grant.tenant.str(),
          .id = grant.id.str(),
          .revision = grant.revision,
          .columns = {text_column(grant.connection.str()), text_column(grant.credential.str()), grant.generation, time_column(grant.due_at),
                      text_column(grant.data_key)},
          .doc = document_of(grant)};
}

template <>
Result<Grant> from_row(const Row& row) {
  Grant grant;
  if (auto read = read_document(row, Kind::kGrant, grant); !read) return fail(std::move(read.error()));
  grant.id = GrantId{row.id};
  grant.tenant = TenantId{row.tenant};
  grant.revision = row.revision;
  grant.connection = ConnectionId{text_of(row.columns[0])};
  grant.credential = CredentialId{text_of(row.columns[1])};
  grant.generation = integer_of(row.columns[2]);
  grant.due_at = time_of(row.columns[3]);
  grant.data_key = text_of(row.columns[4]);
  return grant;
}

}  // namespace valetkey::model
