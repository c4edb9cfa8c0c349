#pragma once
#include "http/resources/admin_world.hpp"
#include "oauth/credentials.hpp"

namespace valetkey::http {

/// The credential of `{id}`; one that is another tenant's, or that the key's limits forbid, looks like none (S17).
ports::Answer<oauth::CredentialView> credential_of(const AdminWorld& world, const Request& request);

boost::json::object credential_document(const AdminWorld& world, const oauth::CredentialView& view);
/// The document with its ETag.
Response credential_answer(const AdminWorld& world, const oauth::CredentialView& view, int status);

/// `POST /v1/credentials/{id}/test`, `.../rotate-secret`, `.../carry-over`, `.../export`, `POST /v1/credentials/import`.
void add_credential_action_routes(Router& router, AdminWorld world);

}  // namespace valetkey::http
