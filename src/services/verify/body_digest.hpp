#pragma once
#include <boost/json/value.hpp>

#include "services/verify/finding.hpp"
#include "services/verify/request_view.hpp"

namespace valetkey::services::verify {

/// Compares the digest that the signature covers with the body's. Rejects with body_digest_missing or body_digest_mismatch.
Finding<void> check_body_digest(const BodyDigest& rule, const boost::json::value& claims, RequestView& view, Trace& trace);

/// The digest of one algorithm in a Content-Digest field (RFC 9530 2): `sha-256=:base64:, ...`; nullopt where it is not in it or twice.
std::optional<std::string> content_digest(std::string_view field, HashAlgorithm algorithm);

}  // namespace valetkey::services::verify
