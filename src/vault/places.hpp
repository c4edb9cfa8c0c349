#pragma once
#include <string_view>

#include "model/config_service.hpp"
#include "model/connect_session.hpp"
#include "model/connection.hpp"
#include "model/credential.hpp"
#include "model/delivery.hpp"
#include "model/destination.hpp"
#include "model/endpoint.hpp"
#include "model/received_request.hpp"
#include "vault/place.hpp"

namespace valetkey::vault {

// Where each sealed field of the records belongs: the one definition that sealing, opening and resealing share (S1, S40).
// `set_hash` is EndpointSet::hash() of the set the grant belongs to: a secret cannot be opened for other endpoints.

/// Does not bind the generation, so that a refresh token that the provider did not rotate need not be sealed anew at every save.
Place refresh_token_place(const model::Grant& grant, std::string_view set_hash);
/// Binds the token's name, audience and generation; `token` is complete but for `sealed`.
Place access_token_place(const model::Grant& grant, const model::AccessToken& token, std::string_view set_hash);
Place extra_place(const model::Grant& grant, std::string_view set_hash);
Place password_place(const model::Grant& grant, std::string_view set_hash);

/// A secret is known by when it was entered, not by its position, which changes when a newer one is put before it.
Place client_secret_place(const model::EndpointSet& set, model::WallTime set_at);

/// Binds what the callback relies on (S2, S8), as the row carries no MAC: seal after every member but `code_verifier` is final.
Place code_verifier_place(const model::Flow& flow);

/// The rotated token of a grant while the store is down. Outside the store, so the generation is bound.
Place rescue_place(const model::TenantId& tenant, const model::GrantId& grant, std::int64_t generation);

Place endpoint_secret_place(const model::Endpoint& endpoint, std::string_view name, model::WallTime set_at);
/// Binds the URL: a secret does not sign for another audience (S35).
Place destination_secret_place(const model::Destination& destination, model::WallTime set_at);
Place service_secret_place(const model::ConfigService& service);

// Under the tenant's key of events (S40).
Place raw_request_place(const model::ReceivedRequest& request);
Place messages_place(const model::ReceivedRequest& request);
Place event_body_place(const model::TenantId& tenant, const model::EventId& event);
Place delivery_reply_place(const model::Delivery& delivery);

}  // namespace valetkey::vault
