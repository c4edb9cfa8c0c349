#include "model/records.hpp"
#include "model/row_document.hpp"

namespace valetkey::model {

template <class Io>
static void members(Io& io, Is<Policy> auto& policy) {
  io("forbid_password_grant", policy.forbid_password_grant);
  io("forbid_front_channel", policy.forbid_front_channel);
  io("max_credentials", policy.max_credentials);
  io("max_connections", policy.max_connections);
}

template <class Io>
static void members(Io& io, Is<Tenant> auto& tenant) {
  io("name", tenant.name);
  io("policy", tenant.policy);
  io("created_at", tenant.created_at);
}

/// A tenant's row belongs to the tenant, so that it goes with everything else of it.
template <>
Row to_row(const Tenant& tenant) {
  return {.kind = Kind::kTenant, .tenant = tenant.id.str(), .id = tenant.id.str(), .revision = tenant.revision, .doc = document_of(tenant)};
}

template <>
Result<Tenant> from_row(const Row& row) {
  Tenant tenant;
  if (auto read = read_document(row, Kind::kTenant, tenant); !read) return fail(std::move(read.error()));
  tenant.id = TenantId{row.id};
  tenant.revision = row.revision;
  return tenant;
}

}  // namespace valetkey::model
