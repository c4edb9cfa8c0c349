#pragma once
#include <boost/json/object.hpp>
#include <string>
#include <vector>

#include "oauth/client.hpp"

namespace valetkey::oauth {

/// What an authorisation server says about itself.
struct ServerMetadata {
  std::string url;  ///< where it was read
  boost::json::object document;
};

/// Where the metadata of an issuer stand: RFC 8414 3.1 (the well-known part before the issuer's path), then OpenID Connect Discovery 4
/// (behind it). Empty for what is no URL.
std::vector<std::string> metadata_urls(const std::string& issuer);

/// The first that answers with a JSON object; its `issuer` must be the one asked for, byte by byte (RFC 8414 3.3), else kProviderRejected.
/// kNotFound when the server publishes none, kProviderUnavailable when it cannot be reached.
ports::Answer<ServerMetadata> fetch_metadata(Context& context, const model::TenantId& tenant, const std::string& issuer);

/// Where the metadata and the client in force disagree, in words; pure.
std::vector<std::string> metadata_differences(const Client& client, const ServerMetadata& metadata);

}  // namespace valetkey::oauth
