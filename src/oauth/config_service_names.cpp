#include <boost/json.hpp>

#include "model/config_service_kinds.hpp"
#include "model/json_reader.hpp"
#include "oauth/credential_rules.hpp"
#include "ports/config_services.hpp"

namespace valetkey::oauth {

ports::Answer<void> settle_config_services(const Context& context, model::Credential& credential, const boost::json::value& document) {
  const auto* named = document.is_object() ? document.as_object().if_contains("config_services") : nullptr;
  if (context.services == nullptr || named == nullptr || !named->is_object()) co_return model::Result<void>{};
  std::vector<model::FieldError> errors;
  for (const auto& [key, value] : named->as_object()) {
    const std::string kind(key);
    const auto chosen = credential.config_services.find(kind);
    if (!value.is_string() || chosen == credential.config_services.end()) continue;
    auto name = co_await context.services->check(credential.tenant, kind, chosen->second, model::is_custom_service_kind(kind));
    if (name) {
      chosen->second = std::move(*name);
      continue;
    }
    if (name.error().code != model::Code::kInvalidInput && name.error().code != model::Code::kNotFound)
      co_return model::fail(std::move(name.error()));
    errors.push_back({model::pointer_to("/config_services", kind), std::move(name.error().detail)});
  }
  if (!errors.empty()) co_return model::fail(model::invalid_input("read the credential's config services", std::move(errors)));
  co_return model::Result<void>{};
}

}  // namespace valetkey::oauth
