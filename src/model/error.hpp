#pragma once
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/time.hpp"

namespace valetkey::model {

/// What went wrong. The meaning (status, who acts) is in one table, error.cpp; nothing reads it out of a text.
enum class Code {
  kInvalidInput,            ///< members of the request are wrong; `fields` says which
  kMalformedRequest,        ///< not JSON, not the media type
  kUnauthenticated,
  kForbidden,               ///< the key lacks a scope
  kNotFound,
  kMethodNotAllowed,
  kConflict,                ///< a name is taken, or the state forbids it
  kPreconditionFailed,      ///< If-Match does not match
  kIdempotencyConflict,     ///< the same Idempotency-Key with another body, or an answer that is not kept
  kPayloadTooLarge,
  kMisdirected,             ///< unknown Host (RFC 9110 15.5.20)
  kQuotaExceeded,
  kTooManyRequests,
  kAwaitingConfirmation,    ///< the connection waits for POST /v1/connect-sessions/{id}/confirm
  kNeedsReconnect,          ///< the end user must authorise again; `reason` in the detail
  kConnectionRevoked,
  kConnectionHeld,
  kGenerationUnknown,       ///< rejected_generation is newer than any that was issued
  kCredentialConfiguration, ///< the provider rejects the client; the operator must act
  kPolicyForbids,
  kProviderRejected,        ///< the provider answered with a definitive error that is about this request
  kProviderUnavailable,     ///< not reached, 429, 5xx: try again
  kOutcomeUnknown,          ///< sent, no usable answer
  kUpstreamUnreachable,     ///< a proxied call: name, connect or TLS failed; nothing was sent
  kUpstreamTimeout,         ///< a proxied call: no answer in time
  kUpstreamBroken,          ///< a proxied call: reset, truncated or not HTTP
  kCallerGone,              ///< the caller left before the end; nobody reads the answer
  kEgressDenied,            ///< the address policy forbids the target
  kStoreUnavailable,
  kStoreBusy,               ///< the write queue is full
  kHold,                    ///< a restored copy that must not spend tokens (valetkey resume)
  kNotSupported,            ///< known, but built by a later version
  kIntegrity,               ///< a stored record fails its MAC or cannot be read
  kKeyUnavailable,          ///< no root key opens a data key
  kInternal,
};

/// Who can make it go away.
enum class Actor { kCaller, kEndUser, kOperator, kWait, kNobody };

struct CodeFacts {
  std::string_view code;  ///< snake_case, in answers and logs
  int status;             ///< HTTP status of an answer
  bool retryable;
  Actor actor;
  std::string_view title;
};

const CodeFacts& facts(Code code);
std::string_view to_string(Actor actor);

/// What only the log may hold: provider texts, addresses, SQL messages. Never sent to a caller.
struct LogOnly {
  std::string text;
};

/// One wrong member of an input: a JSON pointer (RFC 6901) and what is wrong and accepted.
struct FieldError {
  std::string pointer;
  std::string detail;
};

struct Error {
  Code code = Code::kInternal;
  std::string detail;  ///< what was being done, why it failed, what to do; the caller reads it
  LogOnly log{};
  std::vector<FieldError> fields{};
  std::optional<Seconds> retry_after{};
};

template <class T>
using Result = std::expected<T, Error>;

inline std::unexpected<Error> fail(Code code, std::string detail, LogOnly log = {}) {
  return std::unexpected(Error{.code = code, .detail = std::move(detail), .log = std::move(log)});
}
inline std::unexpected<Error> fail(Error error) { return std::unexpected(std::move(error)); }

/// The store cannot be reached or takes no more now: nothing is said about what was asked for, and trying again later is right.
inline bool is_store_down(const Error& error) { return error.code == Code::kStoreUnavailable || error.code == Code::kStoreBusy; }

/// `context: detail`, so that an error tells its whole way.
Error in_context(Error error, std::string_view context);

/// Text from outside (provider errors) made safe for a log or an error: printable ASCII, at most 200 bytes (S22).
std::string clipped(std::string_view outside);
/// `clipped` after replacing each of `secrets` by `***` (S22).
std::string clipped(std::string_view outside, const std::vector<std::string_view>& secrets);

}  // namespace valetkey::model
