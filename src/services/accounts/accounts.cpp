#include "services/accounts/accounts.hpp"

#include <boost/json.hpp>

#include "services/accounts/http_accounts.hpp"
#include "services/accounts/token_check.hpp"
#include "services/expressions/evaluation.hpp"

namespace valetkey::services {
namespace {

using model::Code;
using model::fail;
using model::Implementation;

constexpr char kVersionMark = '@';

std::string text_or_nothing(const Expr& expression, const ports::ConnectedAccount& account) {
  const boost::json::value token_response(account.token_response);
  const boost::json::value id_token(account.id_token);
  const Facts facts{.token_response = &token_response, .id_token = &id_token, .account = &account.account, .fields = &account.fields};
  return text_of(expression, facts).value_or("");
}

/// Why an API gave no answer, as a code.
std::string reason_of(Code code) {
  if (code == Code::kOutcomeUnknown) return "no_answer";
  if (code == Code::kProviderUnavailable) return "api_unreachable";
  return std::string(model::facts(code).code);
}

std::string_view spelled(ports::TokenStep::Kind kind) {
  return kind == ports::TokenStep::Kind::kGeneration ? "token_generation" : "token_refreshal";
}

}  // namespace

ports::Task<std::expected<boost::json::object, ports::TokenStepFailure>> Accounts::token_response(ports::TokenStep step) {
  auto found = co_await world_.services.find(step.tenant, step.service, spelled(step.kind));
  if (!found) co_return std::unexpected(ports::TokenStepFailure{.error = std::move(found.error())});
  const auto service = std::move(*found);
  switch (service->implementation) {
    case Implementation::kDeclarative: break;
    case Implementation::kScript:
      co_return co_await world_.scripts.token_response({.tenant = step.tenant, .source = service->source}, step, world_.http);
    case Implementation::kHttp: co_return co_await ask_for_tokens(world_.http_services, *service, step);
  }
  co_return std::unexpected(ports::TokenStepFailure{
      .error = {.code = Code::kInvalidInput, .detail = fmt::format("config service {} makes no tokens", step.service)}});
}

ports::Answer<std::string> Accounts::app_user_id(ports::ConnectedAccount account) {
  auto found = co_await world_.services.find(account.tenant, account.service, "user_id_mapper");
  if (!found) co_return fail(std::move(found.error()));
  const auto service = std::move(*found);
  model::Result<std::string> user;
  switch (service->implementation) {
    case Implementation::kDeclarative:
      if (service->document->map_connect) user = text_or_nothing(service->document->map_connect, account);
      break;
    case Implementation::kScript:
      user = co_await world_.scripts.map({.tenant = account.tenant, .source = service->source}, account, {.api = &world_.api});
      break;
    case Implementation::kHttp: user = co_await ask_for_user(world_.http_services, *service, account); break;
  }
  if (user && user->empty()) co_return std::move(account.account);
  co_return user;
}

ports::Answer<ports::TokenValidation> Accounts::check_token(const TokenCheck& check, const ports::ValidationCall& call) {
  auto response = co_await world_.api.call(request_of(check, call));
  if (response) co_return judged(check, *response, call.account);
  co_return ports::TokenValidation{.outcome = ports::TokenVerdict::kUnknown, .reason = reason_of(response.error().code)};
}

ports::Answer<ports::TokenValidation> Accounts::validate(ports::ValidationCall call) {
  auto found = co_await world_.services.find(call.tenant, call.service, "token_validation");
  if (!found) co_return fail(std::move(found.error()));
  const auto service = std::move(*found);
  switch (service->implementation) {
    case Implementation::kDeclarative:
      if (service->document->token_check) co_return co_await check_token(*service->document->token_check, call);
      break;
    case Implementation::kScript:
      co_return co_await world_.scripts.validate({.tenant = call.tenant, .source = service->source}, call, {.api = &world_.api});
    case Implementation::kHttp: co_return co_await ask_for_validation(world_.http_services, *service, call);
  }
  co_return fail(Code::kInvalidInput, fmt::format("config service {} checks no tokens", call.service));
}

ports::Answer<std::string> Accounts::pinned(const model::TenantId& tenant, const std::string& name) {
  if (name.contains(kVersionMark) || !name.starts_with(model::ServiceId::prefix())) co_return name;
  auto head = co_await world_.records.load<model::ConfigService>(tenant, name);
  if (!head) co_return fail(std::move(head.error()));
  co_return fmt::format("{}{}{}", name, kVersionMark, head->version);
}

ports::Answer<std::string> Accounts::check(model::TenantId tenant, std::string kind, std::string name, bool pin) {
  auto found = co_await world_.services.find(tenant, name, kind);
  if (!found && found.error().code == Code::kNotFound)
    co_return fail(Code::kInvalidInput, "is no config service of this tenant, nor a preset");
  if (!found) co_return fail(std::move(found.error()));
  // A service of the operator's is never asked whether a request is genuine (DESIGN 6).
  if ((*found)->implementation == Implementation::kHttp && kind == "webhook_event_verification")
    co_return fail(Code::kInvalidInput, "is an http service, and those verify no webhooks");
  if (pin) co_return co_await pinned(tenant, name);
  co_return name;
}

}  // namespace valetkey::services
