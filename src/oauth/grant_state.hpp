#pragma once
#include "oauth/client.hpp"
#include "oauth/refresh_plan.hpp"

namespace valetkey::oauth {

/// Which grant of which connection.
struct GrantKey {
  model::TenantId tenant;
  model::ConnectionId connection;
  model::GrantId grant;
};

/// A connection, its current grant and their client, as one read found them.
struct GrantState {
  model::Connection connection;
  model::Grant grant;
  Client client;

  [[nodiscard]] PlanInput plan_input(const Context& context) const {
    return {.connection = connection,
            .grant = grant,
            .integration = client.integration,
            .credential = client.credential,
            .is_on_hold = context.is_on_hold,
            .settings = context.refresh,
            .now = context.clock.wall_now()};
  }
};

/// Reads all of it from the store. kNotFound when the connection is another tenant's or gone.
ports::Answer<GrantState> read_state(const Context& context, const model::TenantId& tenant, const model::ConnectionId& connection);

}  // namespace valetkey::oauth
