#include "model/catalogue.hpp"

namespace valetkey::model {

Integration custom_integration() {
  Integration out;
  out.slug = "custom";
  out.name = "Custom";
  out.description = "Any OAuth 2.0 server: the credential names its URLs";
  out.grant_types = {"authorization_code", "password", "client_credentials"};
  return out;
}

Catalogue::Catalogue() : Catalogue(std::vector<Integration>{}) {}

Catalogue::Catalogue(std::vector<Integration> integrations) {
  auto custom = custom_integration();
  by_slug_.insert_or_assign(custom.slug, std::move(custom));
  for (auto& each : integrations) by_slug_.insert_or_assign(each.slug, std::move(each));
}

const Integration* Catalogue::find(std::string_view slug) const {
  const auto found = by_slug_.find(slug);
  return found == by_slug_.end() ? nullptr : &found->second;
}

std::vector<const Integration*> Catalogue::list() const {
  std::vector<const Integration*> out;
  out.reserve(by_slug_.size());
  for (const auto& [slug, integration] : by_slug_) out.push_back(&integration);
  return out;
}

}  // namespace valetkey::model
