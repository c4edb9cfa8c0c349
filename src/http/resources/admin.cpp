#include "http/resources/admin.hpp"

#include "http/resources/audit.hpp"
#include "http/resources/callback_keys.hpp"
#include "http/resources/credentials.hpp"
#include "http/resources/integrations.hpp"
#include "http/resources/keys.hpp"
#include "http/resources/policy.hpp"
#include "http/resources/tenants.hpp"

namespace valetkey::http {

void add_admin_routes(Router& router, AdminWorld world) {
  add_integration_routes(router, world);
  add_callback_key_routes(router, world);
  add_credential_routes(router, world);
  add_key_routes(router, world);
  add_tenant_routes(router, world);
  add_policy_routes(router, world);
  add_audit_routes(router, world);
}

}  // namespace valetkey::http
