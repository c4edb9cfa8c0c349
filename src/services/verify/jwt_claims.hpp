#pragma once
#include <boost/json/value.hpp>

#include "services/verify/finding.hpp"
#include "services/verify/request_view.hpp"

namespace valetkey::services::verify {

/// Checks the claims of a token whose signature is right. Times are compared with the request's; `exp` and `nbf` always, where they are.
/// Rejects with token_expired, token_not_yet_valid, token_too_old, token_malformed, issuer_mismatch, audience_mismatch, email_mismatch,
/// claim_mismatch, query_hash_mismatch, parameter_missing.
Finding<void> check_claims(const ClaimRules& rules, const boost::json::value& claims, RequestView& view, Trace& trace);

/// Atlassian's query string hash: SHA-256 hex of METHOD&path&canonical query, the `jwt` parameter left out.
std::string query_hash(const Incoming& request, std::string_view path);

}  // namespace valetkey::services::verify
