#pragma once
#include <boost/json/object.hpp>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "model/credential.hpp"
#include "model/endpoint.hpp"
#include "model/error.hpp"
#include "services/services.hpp"

namespace valetkey::events {

/// The config services that an endpoint works with, by kind; a null service cannot be used.
using EndpointServices = std::map<std::string, services::ServicePtr>;

/// An endpoint with what its answer is made of.
struct EndpointView {
  model::Endpoint endpoint;
  std::string key;                                  ///< the current one
  std::vector<model::WallTime> older_keys_end;      ///< of keys that still work beside it
  model::EndpointSet set;                           ///< of its credential, in force
  EndpointServices services;
};

/// What a body changes: the members that it has.
struct EndpointWish {
  model::Endpoint endpoint;                                       ///< but for the secrets
  std::map<std::string, std::vector<model::Secret>> secrets;      ///< new values by name, newest first; empty: removed
  model::Seconds retire_after{24 * 60 * 60};                      ///< how long the values so far are taken besides
};

/// Reads the body of PATCH, or of POST without `credential` and `connection`. kInvalidInput tells everything that is wrong; names that
/// no service of the endpoint declares are, where all of them declare what they use.
model::Result<EndpointWish> read_endpoint(const boost::json::object& body, const EndpointView& before, model::WallTime now);

/// As the API answers it: secrets by name and time, never their values.
boost::json::object endpoint_document(const EndpointView& view, std::string_view public_url, model::WallTime now);

}  // namespace valetkey::events
