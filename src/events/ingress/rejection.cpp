#include "events/ingress/rejection.hpp"

#include <algorithm>

#include "events/endpoints/static_proofs.hpp"
#include "model/error.hpp"
#include "model/form.hpp"

namespace valetkey::events {
namespace {

using services::Scheme;
using services::SignaturePlace;

constexpr std::string_view kMask = "***";

void mask_header(services::Incoming& incoming, std::string_view name) {
  for (auto& [key, value] : incoming.headers)
    if (key == name) value = kMask;
}

/// A query that cannot be read goes whole.
void mask_query(services::Incoming& incoming, std::string_view name) {
  auto pairs = model::parse_form(incoming.query_text);
  if (!pairs) {
    incoming.query_text = kMask;
    return;
  }
  for (auto& [key, value] : *pairs)
    if (key == name) value = kMask;
  incoming.query_text = model::to_form(*pairs);
}

void mask_place(services::Incoming& incoming, const SignaturePlace& place) {
  using enum SignaturePlace::From;
  switch (place.from) {
    case kHeader: mask_header(incoming, place.name); return;
    case kQuery: mask_query(incoming, place.name); return;
    case kForm:
    case kBody:
    case kItem: incoming.body = kMask; return;
    case kHeaders:
    case kBearer:
    case kAuthorization: return;  // Authorization is masked always
  }
}

bool is_static(Scheme scheme) { return scheme == Scheme::kStatic || scheme == Scheme::kBasic || scheme == Scheme::kUrlSecret; }

}  // namespace

RejectedRequest rejected_request(const RejectionFacts& facts, services::Incoming incoming) {
  RejectedRequest out{
      .at = incoming.received_at, .kind = facts.kind, .reason = model::clipped(facts.reason), .source = std::string(facts.source)};
  out.body_bytes = incoming.body.size();
  // A secret that is cut in two would not be found: so it is looked for before the body is cut.
  mask_static_proofs(incoming, facts.values, facts.endpoint_key);
  for (const auto* name : {"authorization", "proxy-authorization", "cookie"}) mask_header(incoming, name);
  if (facts.verifier != nullptr && facts.verifier->document)
    for (const auto& alternative : facts.verifier->document->verify)
      if (is_static(alternative.scheme)) mask_place(incoming, alternative.signature);
  out.method = std::move(incoming.method);
  out.query = std::move(incoming.query_text);
  out.headers = std::move(incoming.headers);
  out.body = std::move(incoming.body);
  return out;
}

std::string_view rejection_label(std::string_view reason) {
  // Those of services/verify and services/challenge; what a script says is `other`.
  static constexpr std::string_view kKnown[] = {"signature_missing",
                                                "signature_duplicated",
                                                "signature_malformed",
                                                "signature_mismatch",
                                                "timestamp_missing",
                                                "timestamp_malformed",
                                                "timestamp_too_old",
                                                "timestamp_in_future",
                                                "secret_missing",
                                                "secret_unusable",
                                                "parameter_missing",
                                                "identity_mismatch",
                                                "token_malformed",
                                                "token_expired",
                                                "token_too_old",
                                                "token_not_yet_valid",
                                                "issuer_mismatch",
                                                "audience_mismatch",
                                                "email_mismatch",
                                                "claim_mismatch",
                                                "query_hash_mismatch",
                                                "algorithm_not_allowed",
                                                "body_digest_missing",
                                                "body_digest_mismatch",
                                                "key_missing",
                                                "key_unknown",
                                                "key_expired",
                                                "key_invalid",
                                                "key_url_refused",
                                                "key_unavailable",
                                                "weak_scheme_off",
                                                "no_alternative",
                                                "no_scheme",
                                                "no_verification",
                                                "scheme_unusable",
                                                "too_many_items",
                                                "message_incomplete",
                                                "message_is_challenge",
                                                "replay_id_missing",
                                                "challenge_check_failed",
                                                "challenge_value_refused",
                                                "handshake_closed",
                                                "handshake_done",
                                                "handshake_value_unfit",
                                                "fetch_url_refused",
                                                "fetch_failed",
                                                "script_error",
                                                "script_timeout",
                                                "script_unavailable"};
  const auto* const found = std::ranges::find(kKnown, reason);
  return found == std::end(kKnown) ? "other" : *found;
}

}  // namespace valetkey::events
