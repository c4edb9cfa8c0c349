#include "oauth/client_authentication.hpp"

#include "model/encoding.hpp"

namespace valetkey::oauth {
namespace {

/// Id and secret are form-encoded before they are joined (RFC 6749 2.3.1); a space as %20, which every form decoder reads.
std::string basic(const ClientProof& proof) {
  return "Basic " + model::to_base64(model::percent_encode(proof.client_id) + ":" + model::percent_encode(proof.secret.reveal()));
}

}  // namespace

void add_proof(const ClientProof& proof, model::Parameters& parameters, ports::Headers& headers) {
  switch (proof.method) {
    case model::ClientAuthentication::kBasic: headers.emplace_back("Authorization", basic(proof)); return;
    case model::ClientAuthentication::kPost:
      parameters.emplace_back("client_id", proof.client_id);
      parameters.emplace_back("client_secret", proof.secret.reveal());
      return;
    case model::ClientAuthentication::kBasicSecretOnly:
      headers.emplace_back("Authorization", "Basic " + model::to_base64(model::percent_encode(proof.secret.reveal()) + ":"));
      return;
    case model::ClientAuthentication::kNone: parameters.emplace_back("client_id", proof.client_id); return;
  }
}

}  // namespace valetkey::oauth
