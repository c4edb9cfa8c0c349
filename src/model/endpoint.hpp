#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "model/credential.hpp"
#include "model/id.hpp"

namespace valetkey::model {

enum class Verification {
  kService,  ///< by the credential's service; without one nothing is accepted
  kNone,     ///< the operator wants it unverified; its events say so
};

/// One value of a secret of an endpoint.
struct EndpointSecret {
  std::string name;  ///< signing_secret, ...: as the service document names it
  StoredSecret value;
};

/// Where an application sends webhooks and actions.
struct Endpoint {
  EndpointId id;
  TenantId tenant;
  std::int64_t revision = 0;
  CredentialId credential;
  ConnectionId connection;                                  ///< empty: of the credential
  std::string integration;
  bool is_enabled = true;
  Verification verification = Verification::kService;
  std::vector<EndpointSecret> secrets;                      ///< newest first; older ones of a name until their `valid_until`
  std::map<std::string, std::string> parameters;
  std::string reply_destination;                            ///< id of the destination that computes answers; empty: none
  std::optional<WallTime> handshake_until;                  ///< a secret-setting handshake is accepted until then (S31)
  WallTime created_at{};
  WallTime updated_at{};
};

/// The last segment of an endpoint's URLs; several while one is rotated. Row id: the key.
struct EndpointKey {
  std::string id;
  TenantId tenant;
  std::int64_t revision = 0;
  EndpointId endpoint;
  std::optional<WallTime> expires_at;                       ///< nullopt: the current one
  WallTime created_at{};
};

}  // namespace valetkey::model
