#include "oauth/credential_rules.hpp"

#include <boost/json.hpp>

#include "model/effective.hpp"
#include "model/json_reader.hpp"
#include "oauth/callback_keys.hpp"

namespace valetkey::oauth {
namespace {

using model::Code;
using model::fail;

bool names(const boost::json::value& document, std::string_view member, std::string_view value) {
  const auto* given = document.is_object() ? document.as_object().if_contains(member) : nullptr;
  return given != nullptr && given->is_string() && std::string_view(given->as_string()) == value;
}

std::unexpected<model::Error> wrong_key(const boost::json::value& document, std::string_view key, std::string detail) {
  const std::string_view member = names(document, "callback_key", key) ? "callback_key" : "redirect_uri";
  return fail(model::invalid_input("read the credential", {{model::pointer_to("", member), std::move(detail)}}));
}

/// A key is taken once: its first revision is the reservation.
ports::Answer<void> take(Context& context, ports::Unit& unit, const model::Credential& credential, const boost::json::value& document) {
  auto key = co_await context.records.load<model::CallbackKey>(credential.tenant, credential.callback_key);
  if (!key && key.error().code != Code::kNotFound) co_return fail(std::move(key.error()));
  if (!key || key->integration != credential.integration)
    co_return wrong_key(document, credential.callback_key, "is no callback key that POST /v1/callback-keys gave for this integration");
  if (key->credential == credential.id.str()) co_return model::Result<void>{};
  if (!key->credential.empty()) co_return wrong_key(document, credential.callback_key, "is the callback key of another credential");
  key->credential = credential.id.str();
  unit.preconditions.emplace_back(ports::Expect{model::Kind::kCallbackKey, key->id, "revision", std::int64_t{1}});
  unit.writes.emplace_back(context.records.put(*key));
  co_return model::Result<void>{};
}

}  // namespace

ports::Answer<TenantRules> rules_of(const Context& context, const model::TenantId& tenant) {
  auto record = co_await context.records.load<model::Tenant>(tenant, tenant.str());
  if (!record) co_return fail(std::move(record.error()));
  model::CredentialRules rules{.policy = record->policy, .public_url = context.flow.public_url};
  co_return TenantRules{std::move(*record), std::move(rules)};
}

ports::Answer<void> settle_callback_key(Context& context, ports::Unit& unit, model::Credential& credential,
                                        const model::Integration& integration, const boost::json::value& document) {
  if (!credential.callback_key.empty()) co_return co_await take(context, unit, credential, document);
  if (!model::needs_callback_key(integration, credential.overrides)) co_return model::Result<void>{};
  const auto shared = context.flow.public_url + model::callback_path(credential.integration, "");
  if (names(document, "redirect_uri", shared))
    co_return fail(
        model::invalid_input("read the credential", {{"/redirect_uri",
                                                      "this credential needs a callback of its own (S2): leave it out, or reserve one with "
                                                      "POST /v1/callback-keys and give its redirect_uri"}}));
  auto key = new_callback_key(context, credential.tenant, credential.integration);
  key.credential = credential.id.str();
  credential.callback_key = key.id;
  unit.preconditions.emplace_back(ports::ExpectAbsent{model::Kind::kCallbackKey, key.id});
  unit.writes.emplace_back(context.records.put(key));
  co_return model::Result<void>{};
}

model::Error credential_conflict(model::Error error, std::string_view doing) {
  if (error.code == Code::kConflict)
    return {.code = Code::kConflict,
            .detail = std::string(doing) + ": the name is taken",
            .log = std::move(error.log),
            .fields = {{"/name", "is the name of another credential of this tenant"}}};
  return model::in_context(std::move(error), doing);
}

}  // namespace valetkey::oauth
