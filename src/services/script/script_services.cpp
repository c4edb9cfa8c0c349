#include "services/script/script_services.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "services/script/account_handle.hpp"
#include "services/script/script_input.hpp"
#include "services/script/script_output.hpp"
#include "services/script/script_run.hpp"
#include "services/script/secret_handles.hpp"
#include "services/script/token_handle.hpp"

namespace valetkey::services {
namespace {

namespace json = boost::json;
using model::Code;
using model::fail;
using Kind = ports::ScriptFailure::Kind;

SecretScan scan_of(const EndpointValues& values) {
  SecretScan scan;
  for (const auto& [name, secrets] : values.secrets)
    for (const auto& secret : secrets) scan.add(secret);
  return scan;
}

Verdict rejected(std::string reason, std::string_view what) {
  return {.outcome = Outcome::kRejected,
          .reason = std::move(reason),
          .steps = {{.what = "script", .result = std::string(what), .is_ok = false}}};
}

/// Whose fault it is decides whether the application is asked to come again.
Verdict rejected(const ports::ScriptFailure& failure) {
  const auto detail = error_of("verify", failure).detail;
  if (failure.kind == Kind::kTimeout) return rejected("script_timeout", detail);
  if (failure.kind != Kind::kUnavailable) return rejected("script_error", detail);
  auto verdict = rejected("script_unavailable", detail);
  verdict.reply = Reply{.status = 503, .headers = {{"retry-after", "5"}}};
  return verdict;
}

json::object event_context(const Incoming& request, const EndpointValues& values, const Verdict& verdict) {
  auto context = endpoint_context(request, values);
  context["verification"] = verdict_document(verdict);
  return context;
}

}  // namespace

ports::Task<Verdict> ScriptServices::verify(const Script& script, const Incoming& request, const EndpointValues& values) {
  const auto secrets = scan_of(values);
  SecretHandles host(&request, &values);
  auto answer =
      co_await run_script(engine_, script,
                          {.function = "verify",
                           .input = script_input(request_document(request), endpoint_context(request, values), {"request", "secrets"}),
                           .host = &host,
                           .secrets = &secrets});
  if (!answer) co_return rejected(answer.error());
  if (secrets.finds(*answer)) co_return rejected("script_error", "a secret is in what the script answered");
  auto verdict = read_verdict(*answer);
  if (!verdict) co_return rejected("script_error", verdict.error().detail);
  co_return std::move(*verdict);
}

ports::Answer<Parsed> ScriptServices::parse(const Script& script, const Incoming& request, const EndpointValues& values,
                                            const Verdict& verdict) {
  const auto secrets = scan_of(values);
  SecretHandles host(&request, nullptr);
  auto answer = co_await run_script(engine_, script,
                                    {.function = "parse",
                                     .input = script_input(request_document(request), event_context(request, values, verdict), {"request"}),
                                     .host = &host,
                                     .secrets = &secrets});
  if (!answer) co_return fail(error_of("parse", answer.error()));
  // A token that the application sends in the open is no reason to lose an event.
  secrets.mask(*answer);
  co_return read_parsed(*answer);
}

ports::Answer<Action> ScriptServices::action(const Script& script, const Incoming& request, const EndpointValues& values,
                                             const Verdict& verdict) {
  const auto secrets = scan_of(values);
  SecretHandles host(&request, nullptr);
  auto answer = co_await run_script(engine_, script,
                                    {.function = "action",
                                     .input = script_input(request_document(request), event_context(request, values, verdict), {"request"}),
                                     .host = &host,
                                     .secrets = &secrets});
  if (!answer) co_return fail(error_of("action", answer.error()));
  secrets.mask(*answer);
  co_return read_action(*answer);
}

ports::Answer<std::vector<std::string>> ScriptServices::map_event(const Script& script, const Message& message) {
  SecretHandles host(nullptr, nullptr);
  auto answer =
      co_await run_script(engine_, script, {.function = "mapEvent", .input = script_input(event_document(message), {}, {}), .host = &host});
  if (!answer) co_return fail(error_of("mapEvent", answer.error()));
  co_return read_users(*answer);
}

ports::Answer<std::string> ScriptServices::map(const Script& script, const ports::ConnectedAccount& account, ScriptAccount rights) {
  AccountHandle host(std::move(rights), account.tenant, account.connection, account.access_token, account.connecting);
  auto answer = co_await run_script(
      engine_, script,
      {.function = "map", .input = script_input(account_document(account), {}, {"account"}), .host = &host, .secrets = &host.secrets()});
  if (!answer) co_return fail(error_of("map", answer.error()));
  if (host.secrets().finds(*answer)) co_return fail(Code::kProviderRejected, "run function map: the token is in what the script answered");
  auto users = read_users(*answer);
  if (!users) co_return fail(std::move(users.error()));
  if (users->size() > 1) co_return fail(Code::kProviderRejected, "run function map: an account has one appUserId");
  co_return users->empty() ? std::string() : std::move(users->front());
}

ports::Answer<ports::TokenValidation> ScriptServices::validate(const Script& script, const ports::ValidationCall& call,
                                                               ScriptAccount rights) {
  AccountHandle host(std::move(rights), call.tenant, call.connection, call.access_token);
  json::object facts{{"connection", call.connection.str()}, {"account", call.account}};
  auto answer = co_await run_script(engine_, script,
                                    {.function = "validate", .input = script_input(std::move(facts), {}, {"account"}), .host = &host});
  auto found = answer ? read_validation(*answer) : fail(error_of("validate", answer.error()));
  if (found) co_return found;
  if (script.log != nullptr) script.log->push_back(found.error().detail);
  co_return ports::TokenValidation{.outcome = ports::TokenVerdict::kUnknown, .reason = "script_error"};
}

ports::Task<std::expected<json::object, ports::TokenStepFailure>> ScriptServices::token_response(const Script& script,
                                                                                                 const ports::TokenStep& step,
                                                                                                 ports::HttpClient& http) {
  const bool is_new = step.kind == ports::TokenStep::Kind::kGeneration;
  const auto* const function = is_new ? "generate" : "refresh";
  TokenHandle host(step, http, clock_);
  auto answer = co_await run_script(
      engine_, script,
      {.function = function, .input = script_input(step_document(step), {}, {"token"}), .host = &host, .secrets = &host.secrets()});
  auto failed = [&](model::Error error) {
    return std::unexpected(ports::TokenStepFailure{.is_sent = host.is_sent(), .error = std::move(error)});
  };
  // What the network did says more than the exception that came of it.
  if (!answer) co_return failed(host.failure() ? *host.failure() : error_of(function, answer.error()));
  auto response = host.token_response(std::move(*answer));
  if (!response) co_return failed(model::in_context(std::move(response.error()), fmt::format("run function {}", function)));
  const auto* error = response->if_contains("error");
  if (error == nullptr || error->is_null()) co_return std::move(*response);
  auto failure = failed({.code = Code::kProviderRejected, .detail = fmt::format("run function {}: it answered an error", function)});
  if (error->is_string()) failure.error().oauth_error = model::clipped(std::string_view(error->get_string()));
  co_return failure;
}

ports::Answer<std::vector<std::string>> ScriptServices::kinds_of(const Script& script) {
  constexpr std::string_view kProbe = R"(
function valetkeyKinds() {
  return {
    webhook_event_verification: typeof verify === 'function', webhook_parser: typeof parse === 'function',
    action_callback_parser: typeof action === 'function', user_id_mapper: typeof map === 'function' || typeof mapEvent === 'function',
    token_validation: typeof validate === 'function', token_generation: typeof generate === 'function',
    token_refreshal: typeof refresh === 'function' };
})";
  Script probed = script;
  probed.source.append(kProbe);
  auto answer = co_await run_script(engine_, probed, {.function = "valetkeyKinds", .input = script_input(nullptr, {}, {})});
  if (!answer && answer.error().kind == Kind::kUnavailable) co_return fail(error_of("", answer.error()));
  if (!answer) {
    const auto& failure = answer.error();
    co_return fail(Code::kInvalidInput, failure.line > 0 ? fmt::format("{} (line {})", failure.message, failure.line) : failure.message);
  }
  std::vector<std::string> kinds;
  if (const auto* found = answer->if_object())
    for (const auto& member : *found)
      if (member.value() == json::value(true)) kinds.emplace_back(member.key());
  co_return kinds;
}

}  // namespace valetkey::services
