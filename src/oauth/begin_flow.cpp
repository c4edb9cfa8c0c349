#include "model/digest.hpp"
#include "model/json_reader.hpp"
#include "model/placeholder_text.hpp"
#include "model/url.hpp"
#include "oauth/authorization_flow.hpp"
#include "oauth/authorization_request.hpp"
#include "vault/places.hpp"

namespace valetkey::oauth {
namespace {

using model::Code;
using model::fail;

/// A value in a host is one label (S3); closed lists and whole origins have rules of their own.
std::optional<std::string> check_field(const Client& client, const model::Placeholder& placeholder, const std::string& value) {
  if (auto wrong = model::check_value(placeholder, value)) return wrong;
  const bool is_label =
      client.set.host_rules.contains(placeholder.name) && placeholder.choices.empty() && placeholder.host_suffixes.empty();
  if (is_label && !model::is_host_label(value)) return "must be 1 to 63 of a-z, 0-9 and -, and neither begin nor end with -";
  return std::nullopt;
}

/// The end user's placeholders; what the integration does not ask for is refused.
model::Result<void> check_fields(const Client& client, const std::map<std::string, std::string>& fields) {
  std::vector<model::FieldError> errors;
  for (const auto& placeholder : client.integration.placeholders) {
    if (placeholder.filled_by != model::FilledBy::kEndUser || client.set.placeholders.contains(placeholder.name)) continue;
    const auto given = fields.find(placeholder.name);
    if (given == fields.end() || given->second.empty()) {
      if (!placeholder.is_optional && placeholder.default_value.empty()) errors.push_back({"/fields/" + placeholder.name, "is required"});
      continue;
    }
    if (auto wrong = check_field(client, placeholder, given->second)) errors.push_back({"/fields/" + placeholder.name, std::move(*wrong)});
  }
  for (const auto& [name, value] : fields) {
    const auto* placeholder = model::find_placeholder(client.integration.placeholders, name);
    if (placeholder == nullptr || placeholder->filled_by != model::FilledBy::kEndUser)
      errors.push_back({"/fields/" + name, "is not asked for"});
  }
  if (!errors.empty()) return fail(model::invalid_input("connect", std::move(errors)));
  return {};
}

/// An ID token is asked for when the scopes say so (OpenID Connect Core 3.1.2.1).
bool asks_for_id_token(const std::vector<std::string>& scopes) { return std::ranges::find(scopes, "openid") != scopes.end(); }

std::string callback_path(const Client& client) {
  // A foreign redirect URI forwards to this very path (DESIGN 2).
  const auto& key = client.credential.callback_key;
  return key.empty() ? "/oauth/callback/" + client.credential.integration : "/oauth/callback/" + client.credential.integration + "/" + key;
}

}  // namespace

std::string flow_tag(std::string_view state) { return model::sha256_hex(state).substr(0, 16); }

bool is_bound_to(const model::ConnectSession& session, const std::string& browser_cookie) {
  return session.browser_hash.empty() ||
         (!browser_cookie.empty() && model::Secret::equals(model::sha256_hex(browser_cookie), session.browser_hash));
}

ports::Answer<Begun> AuthorizationFlow::begin(BeginRequest request) {
  auto open = co_await ConnectSessions(context_).open(request.session_token);
  if (!open) co_return fail(std::move(open.error()));
  auto& [session, client, tenant] = *open;
  if (!is_bound_to(session, request.browser_cookie))
    co_return fail(Code::kConflict, "this connect link is in use in another browser; go on there, or ask for a new link");
  if (auto fits = check_fields(client, request.fields); !fits) co_return fail(std::move(fits.error()));

  const auto scopes = session.scopes.empty() ? client.scopes() : session.scopes;
  AuthorizationSecrets secrets{.state = context_.random.token(32)};
  if (client.integration.pkce) secrets.code_verifier = context_.random.token(32);
  if (asks_for_id_token(scopes) && client.integration.nonce) secrets.nonce = context_.random.token(32);
  auto url = authorization_url(client, scopes, secrets, request.fields);
  if (!url) co_return fail(std::move(url.error()));
  auto token_url = filled_url(client, client.integration.token_url, request.fields);
  if (!token_url) co_return fail(std::move(token_url.error()));

  Begun begun{.authorization_url = std::move(*url),
              .browser_cookie = session.browser_hash.empty() ? context_.random.token(32) : request.browser_cookie,
              .flow_cookie = context_.random.token(32),
              .flow_tag = flow_tag(secrets.state),
              .lifetime = context_.flow.flow_lifetime};
  model::Flow flow{
      .id = model::sha256_hex(secrets.state), .tenant = session.tenant, .session = session.id, .credential = session.credential};
  flow.endpoint_set = client.set.number;
  flow.cookie_hash = model::sha256_hex(begun.flow_cookie);
  flow.callback_path = callback_path(client);
  flow.redirect_uri = client.set.redirect_uri;
  flow.issuer = client.integration.issuer;
  flow.token_url = std::move(*token_url);
  if (!secrets.nonce.empty()) flow.nonce_hash = model::sha256_hex(secrets.nonce);
  flow.response_type = client.credential.response_type;
  flow.expires_at = context_.clock.wall_now() + context_.flow.flow_lifetime;
  if (!secrets.code_verifier.empty()) {
    auto sealed = co_await context_.keys.seal(vault::code_verifier_place(flow), model::Secret(secrets.code_verifier));
    if (!sealed) co_return fail(std::move(sealed.error()));
    flow.code_verifier = std::move(*sealed);
  }
  ports::Unit unit;
  unit.preconditions.emplace_back(vault::Records::unchanged(session));
  session.state = model::SessionState::kBound;
  session.browser_hash = model::sha256_hex(begun.browser_cookie);
  session.fields = std::move(request.fields);
  session.error.clear();
  unit.writes = {context_.records.put(session), context_.records.put(flow)};
  auto applied = co_await context_.store().apply(std::move(unit));
  if (!applied && applied.error().code == Code::kPreconditionFailed)
    co_return fail(Code::kConflict, "this connect link was just used in another browser; go on there, or ask for a new link");
  if (!applied) co_return fail(std::move(applied.error()));
  co_return begun;
}

}  // namespace valetkey::oauth
