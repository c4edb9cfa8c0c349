#include "model/error.hpp"

#include <fmt/format.h>

#include <array>
#include <utility>

namespace valetkey::model {
namespace {

struct Entry {
  Code code;
  CodeFacts facts;
};

constexpr std::array kFacts{
    Entry{Code::kInvalidInput, {"invalid_input", 422, false, Actor::kCaller, "a member of the request is not acceptable"}},
    Entry{Code::kMalformedRequest, {"malformed_request", 400, false, Actor::kCaller, "the request cannot be read"}},
    Entry{Code::kUnauthenticated, {"unauthenticated", 401, false, Actor::kCaller, "no valid API key"}},
    Entry{Code::kForbidden, {"forbidden", 403, false, Actor::kCaller, "the API key lacks a scope"}},
    Entry{Code::kNotFound, {"not_found", 404, false, Actor::kCaller, "no such thing"}},
    Entry{Code::kMethodNotAllowed, {"method_not_allowed", 405, false, Actor::kCaller, "the method is not known here"}},
    Entry{Code::kConflict, {"conflict", 409, false, Actor::kCaller, "the state forbids it"}},
    Entry{Code::kPreconditionFailed, {"precondition_failed", 412, false, Actor::kCaller, "it changed meanwhile"}},
    Entry{Code::kIdempotencyConflict, {"idempotency_conflict", 409, false, Actor::kCaller, "the Idempotency-Key was used already"}},
    Entry{Code::kPayloadTooLarge, {"payload_too_large", 413, false, Actor::kCaller, "the request is too large"}},
    Entry{Code::kMisdirected, {"misdirected_request", 421, false, Actor::kCaller, "this host is not served here"}},
    Entry{Code::kQuotaExceeded, {"quota_exceeded", 403, false, Actor::kOperator, "a quota of the tenant is used up"}},
    Entry{Code::kTooManyRequests, {"too_many_requests", 429, true, Actor::kWait, "too many requests"}},
    Entry{Code::kAwaitingConfirmation, {"awaiting_confirmation", 409, false, Actor::kCaller, "the connection is not confirmed"}},
    Entry{Code::kNeedsReconnect, {"needs_reconnect", 409, false, Actor::kEndUser, "the end user must connect again"}},
    Entry{Code::kConnectionRevoked, {"connection_revoked", 409, false, Actor::kEndUser, "the connection was revoked"}},
    Entry{Code::kConnectionHeld, {"connection_held", 409, false, Actor::kOperator, "the connection is held"}},
    Entry{Code::kGenerationUnknown, {"generation_unknown", 422, false, Actor::kCaller, "no such generation was issued"}},
    Entry{Code::kCredentialConfiguration, {"credential_configuration", 409, false, Actor::kOperator, "the provider rejects the client"}},
    Entry{Code::kPolicyForbids, {"policy_forbids", 422, false, Actor::kOperator, "the tenant's policy forbids it"}},
    Entry{Code::kProviderRejected, {"provider_rejected", 422, false, Actor::kCaller, "the provider rejected the request"}},
    Entry{Code::kProviderUnavailable, {"provider_unavailable", 503, true, Actor::kWait, "the provider cannot be reached"}},
    Entry{Code::kOutcomeUnknown, {"refresh_outcome_unknown", 503, true, Actor::kWait, "the provider gave no usable answer"}},
    Entry{Code::kUpstreamUnreachable, {"upstream_unreachable", 502, true, Actor::kWait, "the API cannot be reached"}},
    Entry{Code::kUpstreamTimeout, {"upstream_timeout", 504, true, Actor::kWait, "the API did not answer in time"}},
    Entry{Code::kUpstreamBroken, {"upstream_broken", 502, true, Actor::kWait, "the API's answer broke off or is not HTTP"}},
    Entry{Code::kCallerGone, {"caller_gone", 499, false, Actor::kCaller, "the caller left"}},
    Entry{Code::kEgressDenied, {"egress_denied", 422, false, Actor::kOperator, "the egress policy forbids the target"}},
    Entry{Code::kStoreUnavailable, {"store_unavailable", 503, true, Actor::kWait, "the store cannot be reached"}},
    Entry{Code::kStoreBusy, {"store_busy", 503, true, Actor::kWait, "the store is busy"}},
    Entry{Code::kHold, {"hold", 503, false, Actor::kOperator, "this copy of the store is on hold"}},
    Entry{Code::kNotSupported, {"not_supported", 422, false, Actor::kCaller, "not supported by this version"}},
    Entry{Code::kIntegrity, {"integrity", 500, false, Actor::kOperator, "a stored record fails its check"}},
    Entry{Code::kKeyUnavailable, {"key_unavailable", 503, false, Actor::kOperator, "no root key opens the data"}},
    Entry{Code::kInternal, {"internal", 500, false, Actor::kNobody, "an unexpected error"}},
};

constexpr bool is_complete() {
  for (std::size_t i = 0; i < kFacts.size(); ++i)
    if (kFacts[i].code != static_cast<Code>(i)) return false;
  return kFacts.size() == static_cast<std::size_t>(Code::kInternal) + 1;
}
static_assert(is_complete(), "one entry per Code, in its order");

}  // namespace

const CodeFacts& facts(Code code) { return kFacts[static_cast<std::size_t>(code)].facts; }

std::string_view to_string(Actor actor) {
  switch (actor) {
    case Actor::kCaller: return "caller";
    case Actor::kEndUser: return "end_user";
    case Actor::kOperator: return "operator";
    case Actor::kWait: return "wait";
    case Actor::kNobody: return "nobody";
  }
  std::unreachable();
}

Error in_context(Error error, std::string_view context) {
  error.detail = fmt::format("{}: {}", context, error.detail);
  return error;
}

std::string clipped(std::string_view outside) {
  constexpr std::size_t kMost = 200;
  std::string out;
  for (const char c : outside) {
    if (out.size() == kMost) break;
    out += c >= 0x20 && c < 0x7f ? c : '?';
  }
  return out;
}

std::string clipped(std::string_view outside, const std::vector<std::string_view>& secrets) {
  std::string text(outside);
  for (const auto secret : secrets) {
    if (secret.size() < 4) continue;  // shorter ones would blank out ordinary words and tell more than they hide
    for (auto at = text.find(secret); at != std::string::npos; at = text.find(secret, at + 3)) text.replace(at, secret.size(), "***");
  }
  return clipped(text);
}

}  // namespace valetkey::model
