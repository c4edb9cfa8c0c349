#pragma once
#include <string>

#include "model/integration.hpp"
#include "model/secret.hpp"
#include "ports/http_client.hpp"

namespace valetkey::oauth {

/// How the client proves itself in one request: a value that is passed, not a branch in each grant. Never more than one method per
/// request (RFC 6749 2.3).
struct ClientProof {
  model::ClientAuthentication method = model::ClientAuthentication::kNone;
  std::string client_id;
  model::Secret secret;
};

/// Adds the proof to a request that is being built: to its parameters or to its headers.
void add_proof(const ClientProof& proof, model::Parameters& parameters, ports::Headers& headers);

}  // namespace valetkey::oauth
