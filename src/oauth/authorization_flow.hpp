#pragma once
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "model/form.hpp"
#include "oauth/connect_sessions.hpp"

namespace valetkey::oauth {

/// The end user pressed Allow.
struct BeginRequest {
  std::string session_token;
  std::string browser_cookie;                 ///< of this session, or empty: this browser is the first
  std::map<std::string, std::string> fields;  ///< placeholders the end user filled
};

struct Begun {
  std::string authorization_url;
  std::string browser_cookie;  ///< to set for the session: it binds the first browser (S7)
  std::string flow_cookie;     ///< to set under flow_tag(state) (S8)
  std::string flow_tag;
  model::Seconds lifetime{0};
};

/// What came back to the redirect URI.
struct Callback {
  std::string path;                                                ///< raw path of the request
  model::Pairs query;
  std::function<std::string(std::string_view flow_tag)> cookie_of; ///< the flow cookie, or empty
};

/// How it ended, for the page or the redirect to the product.
struct CallbackEnd {
  std::optional<model::ConnectSession> session;  ///< nullopt: the answer belongs to no flow of this browser; nothing was stored
  std::string flow_tag;                          ///< the cookie to clear
  std::string integration_name;                  ///< for people; empty where it failed before it was read
  std::optional<model::Error> error;             ///< nullopt: connected
  std::string error_code;                        ///< access_denied, account_mismatch, issuer_mismatch, ...
  std::vector<std::string> choices;              ///< what the end user may name, where it must be named which of several is meant
  model::Secret confirmation_code;               ///< empty when `completion` is immediate or it failed
};

/// The Auth Code grant in a browser (RFC 6749 4.1, RFC 7636, RFC 9207, RFC 9700).
class AuthorizationFlow {
 public:
  explicit AuthorizationFlow(Context& context) : context_(context) {}

  /// Starts one authorisation request. kNotFound for an ended link; kConflict when another browser has it; kInvalidInput for fields.
  ports::Answer<Begun> begin(BeginRequest request);

  /// Consumes the flow that `state` names, whatever follows, and finishes it. Never fails: the end says what happened.
  ports::Task<CallbackEnd> finish(Callback callback);

 private:
  Context& context_;
};

/// What distinguishes the cookies of concurrent flows; derived from `state`, tells nothing about it.
std::string flow_tag(std::string_view state);

/// Whether the end user of this browser may go on with a session that a browser has bound.
bool is_bound_to(const model::ConnectSession& session, const std::string& browser_cookie);

}  // namespace valetkey::oauth
