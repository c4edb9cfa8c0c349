#pragma once
#include <string>

#include "oauth/alongside.hpp"
#include "oauth/context.hpp"

namespace valetkey::oauth {

struct TenantChange {
  std::optional<std::string> name;
  std::optional<model::Policy> policy;
};

/// The tenants of the installation, for who runs it.
class Tenants {
 public:
  explicit Tenants(Context& context) : context_(context) {}

  ports::Answer<model::Tenant> create(std::string name, model::Policy policy, Alongside<model::Tenant> alongside);
  /// kPreconditionFailed when the tenant changed since it was read.
  ports::Answer<model::Tenant> change(model::Tenant before, TenantChange change, Alongside<model::Tenant> alongside);
  /// Erases everything the tenant owns, its data keys with it; nothing is revoked at the providers. `alongside` writes into the
  /// installation's own audit chain, as the tenant's goes too.
  ports::Answer<void> remove(model::Tenant tenant, Alongside<model::Tenant> alongside);

 private:
  Context& context_;
};

}  // namespace valetkey::oauth
