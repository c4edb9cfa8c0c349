#pragma once
#include <boost/json/object.hpp>
#include <functional>

#include "events/context.hpp"
#include "events/endpoints/endpoint_document.hpp"
#include "model/connection.hpp"

namespace valetkey::events {

/// Adds what belongs to a change to its unit: audit, kept answers.
using AlongsideEndpoint = std::function<void(ports::Unit&, const EndpointView&)>;

/// Which endpoints are asked for; an empty member asks for any.
struct EndpointFilter {
  std::string credential, connection;
  std::function<bool(const model::Endpoint&)> is_permitted;  ///< empty: all
};

/// Making and changing endpoints. That of a credential itself comes and goes with it (oauth/credential_endpoints).
class EndpointRecords {
 public:
  EndpointRecords(Context& context, services::Services& services) : context_(context), services_(services) {}

  /// kNotFound for another tenant's.
  ports::Answer<EndpointView> load(model::TenantId tenant, std::string id) const;
  /// At most `limit`, in the order of their ids, those behind `after`.
  ports::Answer<std::vector<EndpointView>> list(model::TenantId tenant, EndpointFilter filter, std::string after, int limit) const;

  /// A further one of a credential; of one connection of it unless `connection` is empty. kInvalidInput, kQuotaExceeded (100 of one
  /// credential's connection, 100 without).
  ports::Answer<EndpointView> create(model::Credential credential, model::ConnectionId connection, boost::json::object body,
                                     AlongsideEndpoint alongside);
  /// kPreconditionFailed when it changed since `before`.
  ports::Answer<EndpointView> change(EndpointView before, const boost::json::object& body, AlongsideEndpoint alongside);
  /// A new key; those so far work for `overlap` more.
  ports::Answer<EndpointView> rotate_key(EndpointView before, model::Seconds overlap, AlongsideEndpoint alongside);
  /// kConflict for the one that the credential itself has.
  ports::Answer<void> remove(EndpointView endpoint, AlongsideEndpoint alongside);
  /// A secret that the application gave, for as long as the window is open in which it could (S31): some must be typed back there.
  /// kConflict otherwise.
  ports::Answer<model::Secret> received_secret(const EndpointView& view, std::string name) const;

 private:
  ports::Answer<EndpointView> view_of(model::Endpoint endpoint) const;
  ports::Answer<void> add_services(EndpointView& view) const;
  ports::Answer<void> check_destination(const model::Endpoint& endpoint) const;
  ports::Answer<void> apply_wish(EndpointView& view, EndpointWish wish) const;

  Context& context_;
  services::Services& services_;
};

}  // namespace valetkey::events
