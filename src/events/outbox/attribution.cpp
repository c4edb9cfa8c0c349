#include "events/outbox/attribution.hpp"

#include <algorithm>

namespace valetkey::events {
namespace {

using Connections = std::vector<model::Connection>;

/// An endpoint's own connection has proved itself by the endpoint's secret; it may be gone.
ports::Answer<Connections> own_connection(const Context& context, const model::ReceivedRequest& request) {
  auto own = co_await context.records.load<model::Connection>(request.tenant, request.connection.str());
  if (!own && own.error().code == model::Code::kNotFound) co_return Connections{};
  if (!own) co_return model::fail(std::move(own.error()));
  co_return Connections{std::move(*own)};
}

ports::Answer<void> add_connections(const Context& context, const model::ReceivedRequest& request, const std::string& user,
                                    Connections& out) {
  ports::Query query{.tenant = request.tenant.str(), .equal = {{"credential", request.credential.str()}, {"app_user_id", user}}};
  for (bool is_last = false; !is_last;) {
    auto page = co_await context.records.find<model::Connection>(query);
    if (!page) co_return model::fail(std::move(page.error()));
    is_last = std::cmp_less(page->size(), query.limit);
    for (auto& connection : *page) {
      query.after = connection.id.str();
      const bool is_known = std::ranges::any_of(out, [&](const auto& known) { return known.id == connection.id; });
      if (!is_known && takes_events(connection)) out.push_back(std::move(connection));
    }
  }
  co_return model::Result<void>{};
}

}  // namespace

bool takes_events(const model::Connection& connection) {
  using enum model::ConnectionState;
  return connection.state == kActive || connection.state == kNeedsReconnect || connection.state == kHeld;
}

ports::Answer<Connections> connections_of(const Context& context, const model::ReceivedRequest& request,
                                          const std::vector<std::string>& users) {
  if (!request.connection.empty()) co_return co_await own_connection(context, request);
  Connections out;
  for (const auto& user : users) {
    if (user.empty()) continue;
    if (auto added = co_await add_connections(context, request, user, out); !added) co_return model::fail(std::move(added.error()));
  }
  co_return out;
}

}  // namespace valetkey::events
