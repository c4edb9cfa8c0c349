#include "oauth/credential_checks.hpp"

#include <fmt/format.h>

#include "model/integration_rules.hpp"
#include "model/placeholder_text.hpp"
#include "model/url_template.hpp"
#include "oauth/server_metadata.hpp"
#include "oauth/token_endpoint.hpp"
#include "oauth/token_request.hpp"

namespace valetkey::oauth {
namespace {

using Outcome = CredentialCheck::Outcome;

/// The placeholders that only a connection fills.
std::string open_placeholders(const Client& client, const std::string& url) {
  const auto known = model::with_defaults(client.integration.placeholders, client.set.placeholders);
  std::string open;
  for (const auto& name : model::placeholder_names(url))
    if (!known.contains(name)) open.append(open.empty() ? "" : ", ").append(name);
  return open;
}

/// Any answer counts: an endpoint that is asked without parameters refuses, and is there.
ports::Task<CredentialCheck> check_url(Context& context, const Client& client, std::string name, const std::string& url_template) {
  CredentialCheck check{.name = std::move(name), .outcome = Outcome::kSkipped, .detail = {}};
  if (const auto open = open_placeholders(client, url_template); !open.empty()) {
    check.detail = "is filled when an account is connected: " + open;
    co_return check;
  }
  auto url = filled_url(client, url_template, {});
  check.outcome = Outcome::kFailed;
  if (!url) {
    check.detail = url.error().detail;
    co_return check;
  }
  auto response = co_await context.http.send(
      {.method = "HEAD", .url = std::move(*url), .headers = {}, .body = {}, .tenant = client.credential.tenant, .may_send = {}});
  if (response) {
    check.outcome = Outcome::kOk;
    check.detail = fmt::format("answers with status {}", response->status);
  } else {
    check.detail = response.error().error.detail;
  }
  co_return check;
}

ports::Task<CredentialCheck> check_metadata(Context& context, const Client& client) {
  CredentialCheck check{.name = "metadata", .outcome = Outcome::kSkipped, .detail = {}};
  if (client.integration.issuer.empty()) {
    check.detail = "no issuer is known whose metadata could be read";
    co_return check;
  }
  // As it was written: answers are compared with it byte by byte (RFC 9207 section 2.4).
  const auto& placeholders = client.integration.placeholders;
  auto issuer = model::fill_url_text(client.integration.issuer, placeholders, model::with_defaults(placeholders, client.set.placeholders));
  if (!issuer) {
    check.detail = "the issuer is filled when an account is connected";
    co_return check;
  }
  auto found = co_await fetch_metadata(context, client.credential.tenant, *issuer);
  if (!found) {
    check.outcome = found.error().code == model::Code::kNotFound ? Outcome::kSkipped : Outcome::kFailed;
    check.detail = found.error().detail;
    co_return check;
  }
  const auto differences = metadata_differences(client, *found);
  check.outcome = differences.empty() ? Outcome::kOk : Outcome::kFailed;
  check.detail = differences.empty() ? "agrees with " + found->url : fmt::format("{}", fmt::join(differences, "; "));
  co_return check;
}

ports::Task<CredentialCheck> check_client(Context& context, const Client& client) {
  CredentialCheck check{.name = "client", .outcome = Outcome::kSkipped, .detail = {}};
  if (!client.is_client_credentials()) {
    check.detail = "not_testable: this grant needs an end user before the server says whether it accepts the client";
    co_return check;
  }
  if (context.is_on_hold) {
    check.detail = "this copy of the store is on hold and sends no token request";
    co_return check;
  }
  auto url = filled_url(client, client.integration.token_url, {});
  if (!url) {
    check.detail = url.error().detail;
    co_return check;
  }
  auto permit = co_await context.budget.acquire(budget_owner(client, *url));
  auto answer = co_await exchange(context, client,
                                  {.url = *url,
                                   .parameters = client_credentials_parameters(client.integration, client.scopes(), ""),
                                   .secrets = {},
                                   .may_send = {},
                                   .step = token_step(client, ports::TokenStep::Kind::kGeneration, {}, client.scopes())});
  check.outcome = answer ? Outcome::kOk : Outcome::kFailed;
  if (answer) check.detail = "the token endpoint accepts the client; the token was thrown away";
  else
    check.detail = fmt::format("{}{}{}", answer.error().code, answer.error().description.empty() ? "" : ": ", answer.error().description);
  co_return check;
}

}  // namespace

std::string_view to_string(CredentialCheck::Outcome outcome) {
  switch (outcome) {
    case Outcome::kOk: return "ok";
    case Outcome::kFailed: return "failed";
    case Outcome::kSkipped: return "skipped";
  }
  std::unreachable();
}

ports::Task<std::vector<CredentialCheck>> check_credential(Context& context, const Client& client) {
  std::vector<CredentialCheck> checks;
  for (const auto& [name, member] : model::kUrlMembers)
    if (name != "issuer" && !(client.integration.*member).empty())
      checks.push_back(co_await check_url(context, client, std::string(name), client.integration.*member));
  checks.push_back(co_await check_metadata(context, client));
  checks.push_back(co_await check_client(context, client));
  co_return checks;
}

}  // namespace valetkey::oauth
