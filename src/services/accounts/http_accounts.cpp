#include "services/accounts/http_accounts.hpp"

#include <algorithm>
#include <boost/json.hpp>

#include "model/json_reader.hpp"

namespace valetkey::services {
namespace {

namespace json = boost::json;
using ports::TokenVerdict;

constexpr std::string_view kSendSecrets = "send_secrets";

json::object object_of(const std::map<std::string, std::string>& texts) {
  json::object out;
  for (const auto& [name, text] : texts) out[name] = text;
  return out;
}

json::object declared_secrets(const ports::TokenStep& step) {
  json::object out;
  const auto declared = step.parameters.find(std::string(kSendSecrets));
  std::string_view names = declared == step.parameters.end() ? std::string_view{} : std::string_view(declared->second);
  while (!names.empty()) {
    const auto end = names.find(' ');
    const auto name = std::string(names.substr(0, end));
    if (const auto secret = step.secrets.find(name); secret != step.secrets.end()) out[name] = secret->second.reveal();
    if (name == "client_secret" && !step.client_secrets.empty()) out[name] = step.client_secrets.front().reveal();
    names = end == std::string_view::npos ? std::string_view{} : names.substr(end + 1);
  }
  return out;
}

json::object step_document(const ports::TokenStep& step) {
  json::object data{
      {"client_id", step.client_id}, {"token_url", step.token_url}, {"scopes", json::array(step.scopes.begin(), step.scopes.end())}};
  auto parameters = step.parameters;
  parameters.erase(std::string(kSendSecrets));
  data["parameters"] = object_of(parameters);
  if (!step.redirect_uri.empty()) data["redirect_uri"] = step.redirect_uri;
  data["secrets"] = declared_secrets(step);
  return data;
}

ports::TokenValidation unknown(std::string reason) { return {.outcome = TokenVerdict::kUnknown, .reason = std::move(reason)}; }

ports::TokenValidation read_validation(const json::object& answer) {
  std::vector<model::FieldError> errors;
  model::JsonReader reader(answer, "", errors);
  const auto outcome = reader.required_string("outcome");
  ports::TokenValidation found{.reason = reader.string_or("reason", "", {.most = 64})};
  found.account = reader.string_or("account", "");
  if (const auto end = reader.optional_string("expires_at")) found.expires_at = model::parse_rfc3339(*end);
  found.scopes = reader.optional_strings("scopes", 200).value_or(std::vector<std::string>{});
  if (!errors.empty()) return unknown("unreadable");
  if (outcome == "valid") found.outcome = TokenVerdict::kValid;
  else if (outcome == "invalid") found.outcome = TokenVerdict::kInvalid;
  else if (outcome != "unknown") return unknown("unreadable");
  if (found.outcome == TokenVerdict::kInvalid && found.reason.empty()) found.reason = "rejected";
  return found;
}

}  // namespace

ports::Answer<std::string> ask_for_user(HttpService& http, const Service& service, const ports::ConnectedAccount& account) {
  json::object data{{"connection", account.connection.str()},
                    {"account", account.account},
                    {"token_response", account.token_response},
                    {"id_token", account.id_token},
                    {"fields", object_of(account.fields)}};
  auto answer = co_await http.ask(service, account.tenant, "user_id_mapper", std::move(data));
  if (!answer) co_return model::fail(std::move(answer.error().error));
  const auto* found = answer->if_contains("app_user_id");
  if (found == nullptr || found->is_null()) co_return std::string();
  auto text = model::scalar_text(*found);
  if (!text)
    co_return model::fail(model::Code::kProviderRejected, fmt::format("ask config service {}: app_user_id is no text", service.name));
  co_return std::move(*text);
}

ports::Task<ports::TokenValidation> ask_for_validation(HttpService& http, const Service& service, const ports::ValidationCall& call) {
  json::object data{{"connection", call.connection.str()}, {"account", call.account}};
  auto answer = co_await http.ask(service, call.tenant, "token_validation", std::move(data));
  if (answer) co_return read_validation(*answer);
  co_return unknown(answer.error().status == 0 ? "service_unreachable" : "service_failed");
}

ports::Task<std::expected<json::object, ports::TokenStepFailure>> ask_for_tokens(HttpService& http, const Service& service,
                                                                                 const ports::TokenStep& step) {
  constexpr model::Milliseconds kLongest{5'000};
  const auto* type = step.kind == ports::TokenStep::Kind::kGeneration ? "token_generation" : "token_refreshal";
  auto answer = co_await http.ask(service, step.tenant, type, step_document(step), std::min(step.deadline, kLongest), step.may_send);
  if (answer) co_return std::move(*answer);
  auto& failure = answer.error();
  ports::TokenStepFailure out{.is_sent = failure.is_sent, .error = std::move(failure.error), .oauth_error = std::move(failure.oauth_error)};
  if (!failure.description.empty()) out.error.detail = std::move(failure.description);
  // It says itself that it did nothing (RFC 6585 4, RFC 9110 15.6.4).
  if (out.oauth_error.empty() && (failure.status == 429 || failure.status == 503)) out.oauth_error = "temporarily_unavailable";
  co_return std::unexpected(std::move(out));
}

}  // namespace valetkey::services
