#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/error.hpp"
#include "model/integration.hpp"
#include "model/secret.hpp"

namespace valetkey::oauth {

/// A further named token of one answer (Slack's `authed_user`).
struct NamedAnswer {
  std::string name;
  model::Secret access_token;
  std::vector<std::string> scopes;
  std::optional<model::WallTime> expires_at;
};

/// A successful token response (RFC 6749 5.1), whatever its spelling was.
struct TokenAnswer {
  model::Secret access_token;
  model::Secret refresh_token;                        ///< empty: none was given
  std::string token_type = "Bearer";
  std::optional<std::vector<std::string>> scopes;     ///< nullopt: as asked for
  std::optional<model::WallTime> expires_at;          ///< counted from before the send
  std::optional<model::WallTime> refresh_expires_at;
  model::Secret id_token;
  std::vector<NamedAnswer> named;
  model::Secret extra;                                ///< the other members, one JSON object; may hold secrets
  std::map<std::string, std::string> captured;        ///< placeholder -> value, by Capture::token_response
};

/// What a failed exchange means; by status and code, never by text (DESIGN 5.4, 5.6).
enum class Meaning {
  kGrantDead,       ///< invalid_grant: definitive for the grant
  kClientRejected,  ///< invalid_client, unauthorized_client: definitive for the credential, no grant is harmed
  kRejected,        ///< another definitive refusal (invalid_scope, a redirect): the operator must act, no grant is harmed
  kTransient,       ///< not processed: not sent, 429, 503
  kUnknown,         ///< processed perhaps: 500, 502, 504, no usable body
};

struct TokenFailure {
  Meaning meaning = Meaning::kUnknown;
  std::string code;  ///< RFC 6749 5.2 error code of the answer, or our own: not_sent, http_503, malformed_answer, redirect_refused
  std::string description;  ///< the provider's text, clipped and without this exchange's secrets (S22)
  std::optional<model::Seconds> retry_after;
};

struct TokenResponseContext {
  model::WallTime sent_at{};  ///< before the request left
  std::vector<std::string_view> secrets;  ///< what the request held, replaced in descriptions
};

/// Reads what a token endpoint answered. Unknown members are kept, never an error (RFC 6749 5.1). A 200 with an `error` member is
/// an error; a 200 that holds no token is kUnknown, since the server may have rotated.
std::expected<TokenAnswer, TokenFailure> parse_token_response(const model::Integration& integration, int status,
                                                              std::string_view content_type, std::string_view retry_after,
                                                              std::string_view body, const TokenResponseContext& context);

/// Retry-After as delta seconds (RFC 9110 10.2.3), at most a day; nullopt for anything else.
std::optional<model::Seconds> parse_retry_after(std::string_view value, model::WallTime now);

/// Splits a scope answer at the integration's separator, spaces and commas where they separate.
std::vector<std::string> split_scopes(std::string_view text, std::string_view separator);

}  // namespace valetkey::oauth
