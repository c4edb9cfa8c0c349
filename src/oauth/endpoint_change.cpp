#include "oauth/endpoint_change.hpp"

#include "model/effective.hpp"

namespace valetkey::oauth {
namespace {

model::EndpointSet wanted_set(const model::Credential& credential, const model::Integration& live, const model::CredentialRules& rules) {
  return model::make_endpoint_set(credential, live, model::own_redirect_uri(credential, rules));
}

}  // namespace

EndpointEffect endpoint_effect(const CredentialView& before, const model::Credential& after, const model::CredentialRules& rules,
                               bool is_secret_given) {
  const auto wanted = wanted_set(after, before.integration, rules);
  const bool is_altered = !model::same_endpoints(wanted_set(before.credential, before.integration, rules), wanted);
  if ((!is_altered && !is_secret_given) || model::same_endpoints(before.set, wanted)) return EndpointEffect::kKept;
  if (model::only_narrows_base_path(before.set, wanted)) return EndpointEffect::kNarrowed;
  return EndpointEffect::kNewSet;
}

model::EndpointSet set_after(EndpointEffect effect, const CredentialView& before, const model::Credential& after,
                             const model::CredentialRules& rules, model::WallTime now) {
  if (effect == EndpointEffect::kKept) return before.set;
  auto wanted = wanted_set(after, before.integration, rules);
  if (effect == EndpointEffect::kNewSet) {
    wanted.number = before.set.number + 1;
    wanted.created_at = now;
    return wanted;
  }
  auto narrowed = before.set;
  if (narrowed.sealed_base_uri.empty()) narrowed.sealed_base_uri = narrowed.base_uri;
  narrowed.base_uri = std::move(wanted.base_uri);
  return narrowed;
}

}  // namespace valetkey::oauth
