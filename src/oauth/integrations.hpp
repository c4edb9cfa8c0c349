#pragma once
#include <boost/json/value.hpp>
#include <string>
#include <vector>

#include "model/records.hpp"
#include "oauth/alongside.hpp"
#include "oauth/context.hpp"

namespace valetkey::oauth {

/// One integration as a tenant sees it.
struct IntegrationView {
  model::Integration integration;
  std::int64_t revision = 0;  ///< 0: of the catalogue, which nobody changes through the API
};

/// The catalogue and a tenant's own integrations. A slug is one or the other, never both.
class Integrations {
 public:
  explicit Integrations(Context& context) : context_(context) {}

  ports::Answer<IntegrationView> load(model::TenantId tenant, std::string slug) const;
  /// By slug, those behind `after`.
  ports::Answer<std::vector<IntegrationView>> list(model::TenantId tenant, std::string after, int limit) const;

  /// kInvalidInput with pointers, kConflict for a slug that is taken, kQuotaExceeded.
  ports::Answer<IntegrationView> create(model::TenantId tenant, boost::json::value document, Alongside<IntegrationView> alongside);

  /// The members given replace those of the stored document whole, null removes them (RFC 7396 at the top level); the slug stays.
  /// Credentials keep the endpoint set they have (S1). kConflict for a record of the catalogue.
  ports::Answer<IntegrationView> change(model::TenantId tenant, std::string slug, std::int64_t revision, boost::json::object members,
                                        Alongside<IntegrationView> alongside);

  /// kConflict for a record of the catalogue and while credentials use it.
  ports::Answer<void> remove(model::TenantId tenant, std::string slug, std::int64_t revision, Alongside<std::string> alongside);

 private:
  /// kConflict for the catalogue's, kNotFound.
  ports::Answer<model::CustomIntegration> own(const model::TenantId& tenant, const std::string& slug, std::string_view doing) const;

  Context& context_;
};

}  // namespace valetkey::oauth
