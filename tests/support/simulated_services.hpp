#pragma once
#include <boost/json.hpp>
#include <deque>

#include "model/form.hpp"
#include "model/json_reader.hpp"
#include "ports/config_services.hpp"
#include "support/simulated_provider.hpp"

namespace valetkey::test {

/// Config services of a test. A token step sends one request of its own shape to the simulated provider, as a script would; what the
/// others answer is told before.
class SimulatedServices final : public ports::ConfigServices {
 public:
  explicit SimulatedServices(SimulatedProvider& provider) : provider_(provider) {}

  ports::Task<std::expected<boost::json::object, ports::TokenStepFailure>> token_response(ports::TokenStep step) override {
    steps.push_back(step);
    model::Pairs form{{"realm", "custom"}};
    for (const auto& [name, secret] : step.secrets) form.emplace_back(name, secret.reveal());
    ports::HttpRequest request{.method = "POST", .url = step.token_url, .body = model::to_form(form)};
    request.tenant = step.tenant;
    request.may_send = step.may_send;
    auto response = co_await provider_.send(std::move(request));
    if (!response) {
      const bool is_sent = response.error().state == ports::SendState::kSent;
      co_return std::unexpected(ports::TokenStepFailure{.is_sent = is_sent, .error = response.error().error, .oauth_error = {}});
    }
    const auto body = model::parse_json(response->body);
    if (!body || !body->is_object())
      co_return std::unexpected(ports::TokenStepFailure{.is_sent = true, .error = {.detail = "no JSON"}, .oauth_error = {}});
    if (const auto* error = body->as_object().if_contains("error"))
      co_return std::unexpected(
          ports::TokenStepFailure{.is_sent = true, .error = {.detail = "refused"}, .oauth_error = std::string(error->as_string())});
    co_return body->as_object();
  }

  ports::Answer<std::string> app_user_id(ports::ConnectedAccount account) override {
    accounts.push_back(account);
    if (mapper_fails) co_return model::fail(model::Code::kProviderUnavailable, "the mapper failed");
    co_return user;
  }

  ports::Answer<ports::TokenValidation> validate(ports::ValidationCall call) override {
    checks.push_back(call);
    if (verdicts.empty()) co_return ports::TokenValidation{.outcome = ports::TokenVerdict::kValid, .reason = {}};
    auto verdict = std::move(verdicts.front());
    verdicts.pop_front();
    co_return verdict;
  }

  ports::Answer<std::string> check(model::TenantId, std::string kind, std::string name, bool pin) override {
    if (!known.contains(name)) co_return model::fail(model::Code::kInvalidInput, "is no " + kind);
    co_return pin && !name.contains('@') ? name + "@3" : name;
  }

  std::vector<ports::TokenStep> steps;
  std::vector<ports::ConnectedAccount> accounts;
  std::vector<ports::ValidationCall> checks;
  std::deque<ports::TokenValidation> verdicts;  ///< used up first; then valid
  std::set<std::string> known{"serv_a", "serv_a@3", "serv_b"};
  std::string user = "user-1";                  ///< what the mapper finds
  bool mapper_fails = false;

 private:
  SimulatedProvider& provider_;
};

}  // namespace valetkey::test
