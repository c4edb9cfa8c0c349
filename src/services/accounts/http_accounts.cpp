#include "services/accounts/http_accounts.hpp"

#include <algorithm>
#include <boost/json.hpp>

#include "services/script/script_input.hpp"
#include "services/script/script_output.hpp"

namespace valetkey::services {
namespace {

namespace json = boost::json;
using ports::TokenVerdict;

constexpr std::string_view kSendSecrets = "send_secrets";

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

json::object step_with_secrets(const ports::TokenStep& step) {
  auto shown = step;
  shown.parameters.erase(std::string(kSendSecrets));
  auto data = step_document(shown);
  data.erase("secretNames");
  data["secrets"] = declared_secrets(step);
  return data;
}

ports::TokenValidation unknown(std::string reason) { return {.outcome = TokenVerdict::kUnknown, .reason = std::move(reason)}; }

}  // namespace

ports::Answer<std::string> ask_for_user(HttpService& http, const Service& service, const ports::ConnectedAccount& account) {
  auto answer = co_await http.ask(service, account.tenant, "user_id_mapper", account_document(account));
  if (!answer) co_return model::fail(std::move(answer.error().error));
  auto users = read_users(*answer);
  if (!users) co_return model::fail(model::in_context(std::move(users.error()), "ask config service " + service.name));
  if (users->size() > 1)
    co_return model::fail(model::Code::kProviderRejected, fmt::format("ask config service {}: an account has one appUserId", service.name));
  co_return users->empty() ? std::string() : std::move(users->front());
}

ports::Task<ports::TokenValidation> ask_for_validation(HttpService& http, const Service& service, const ports::ValidationCall& call) {
  json::object data{{"connection", call.connection.str()}, {"account", call.account}};
  auto answer = co_await http.ask(service, call.tenant, "token_validation", std::move(data));
  if (answer) {
    auto found = read_validation(*answer);
    co_return found ? std::move(*found) : unknown("unreadable");
  }
  co_return unknown(answer.error().status == 0 ? "service_unreachable" : "service_failed");
}

ports::Task<std::expected<json::object, ports::TokenStepFailure>> ask_for_tokens(HttpService& http, const Service& service,
                                                                                 const ports::TokenStep& step) {
  constexpr model::Milliseconds kLongest{5'000};
  const auto* type = step.kind == ports::TokenStep::Kind::kGeneration ? "token_generation" : "token_refreshal";
  auto answer = co_await http.ask(service, step.tenant, type, step_with_secrets(step), std::min(step.deadline, kLongest), step.may_send);
  if (answer) co_return std::move(*answer);
  auto& failure = answer.error();
  ports::TokenStepFailure out{.is_sent = failure.is_sent, .error = std::move(failure.error), .oauth_error = std::move(failure.oauth_error)};
  if (!failure.description.empty()) out.error.detail = std::move(failure.description);
  // It says itself that it did nothing (RFC 6585 4, RFC 9110 15.6.4).
  if (out.oauth_error.empty() && (failure.status == 429 || failure.status == 503)) out.oauth_error = "temporarily_unavailable";
  co_return std::unexpected(std::move(out));
}

}  // namespace valetkey::services
