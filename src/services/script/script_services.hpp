#pragma once
#include <boost/json/object.hpp>
#include <string>
#include <vector>

#include "ports/account_api.hpp"
#include "ports/clock.hpp"
#include "ports/config_services.hpp"
#include "ports/http_client.hpp"
#include "ports/script_engine.hpp"
#include "services/incoming.hpp"

namespace valetkey::services {

/// A config service of the kind script, and for whom it runs.
struct Script {
  model::TenantId tenant;                 ///< whose worker runs it: never empty, also not for a trial
  std::string source;                     ///< JavaScript (catalog/valetkey.d.ts)
  std::vector<std::string>* log = nullptr;  ///< where console.log goes, without secrets; null: nowhere. Outlives the call
};

/// What a script may do with the API of an account (S38). The broker fixes the connection.
struct ScriptAccount {
  ports::AccountApi* api = nullptr;       ///< null: no calls
  std::vector<std::string> methods{"GET"};  ///< more only by the credential's explicit list
  int calls = 5;
  std::size_t bytes = 1 << 20;            ///< of all answers together
};

/// Config services that are JavaScript: what each kind is given, and what its answer must be (DESIGN 6, S36-S38). A script gets handles
/// to secrets, never their values; what it answers, logs and throws is searched for them. Thread safe; arguments outlive the call.
class ScriptServices {
 public:
  ScriptServices(ports::ScriptEngine& engine, const ports::Clock& clock) : engine_(engine), clock_(clock) {}

  /// Function `verify`. Never an error: what cannot be run rejects, with the reason script_error, script_timeout or script_unavailable.
  ports::Task<Verdict> verify(const Script& script, const Incoming& request, const EndpointValues& values);
  /// Function `parse`.
  ports::Answer<Parsed> parse(const Script& script, const Incoming& request, const EndpointValues& values, const Verdict& verdict);
  /// Function `action`.
  ports::Answer<Action> action(const Script& script, const Incoming& request, const EndpointValues& values, const Verdict& verdict);
  /// Function `mapEvent`: the users of one event. kNotSupported where it defines none: those of the message count.
  ports::Answer<std::vector<std::string>> map_event(const Script& script, const Message& message);
  /// Function `map`: the application's id of the user who connected; empty: the script finds none.
  ports::Answer<std::string> map(const Script& script, const ports::ConnectedAccount& account, ScriptAccount rights);
  /// Function `validate`. A script that fails is kUnknown: it never breaks a connection.
  ports::Answer<ports::TokenValidation> validate(const Script& script, const ports::ValidationCall& call, ScriptAccount rights);
  /// Function `generate` or `refresh`. Requests go to the token URL's host alone, with `{{secret.x}}` filled in by the broker.
  ports::Task<std::expected<boost::json::object, ports::TokenStepFailure>> token_response(const Script& script,
                                                                                          const ports::TokenStep& step,
                                                                                          ports::HttpClient& http);

  /// The kinds that a source serves, by the functions it defines: webhook_parser, ...; kInvalidInput where it cannot be read.
  ports::Answer<std::vector<std::string>> kinds_of(const Script& script);

 private:
  ports::ScriptEngine& engine_;
  const ports::Clock& clock_;
};

}  // namespace valetkey::services
