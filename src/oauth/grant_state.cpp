#include "oauth/grant_state.hpp"

namespace valetkey::oauth {

ports::Answer<GrantState> read_state(const Context& context, const model::TenantId& tenant, const model::ConnectionId& connection_id) {
  auto connection = co_await context.records.load<model::Connection>(tenant, connection_id.str());
  if (!connection) co_return model::fail(std::move(connection.error()));
  auto grant = co_await context.records.load<model::Grant>(tenant, connection->current_grant.str());
  if (!grant) co_return model::fail(std::move(grant.error()));
  auto client = co_await load_client(context, tenant, grant->credential, grant->endpoint_set);
  if (!client) co_return model::fail(std::move(client.error()));
  co_return GrantState{std::move(*connection), std::move(*grant), std::move(*client)};
}

}  // namespace valetkey::oauth
