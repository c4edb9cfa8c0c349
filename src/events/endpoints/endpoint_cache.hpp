#pragma once
#include <memory>
#include <string>

#include "events/context.hpp"
#include "model/credential.hpp"
#include "model/endpoint.hpp"
#include "vault/record_cache.hpp"

namespace valetkey::events {

/// What a request needs of the endpoint it is for. Secrets are sealed.
struct Site {
  std::shared_ptr<const model::Endpoint> endpoint;
  std::shared_ptr<const model::EndpointSet> set;  ///< of its credential, as it is in force: config services, client secrets

  /// Of a kind of config service; empty: the credential has none.
  [[nodiscard]] std::string service(std::string_view kind) const;
};

/// Endpoints by their keys, bounded, forgotten as soon as one of their records changes (DESIGN 5.9). Thread safe.
class EndpointCache {
 public:
  EndpointCache(Context& context, std::size_t most_bytes);

  /// kNotFound, in the same words, for a key that is unknown or over, another integration than the endpoint's, and an endpoint that is
  /// off: none of it can be told from outside.
  ports::Answer<Site> find(std::string integration, std::string key);
  /// Whatever its keys are. kNotFound.
  ports::Answer<Site> of_endpoint(model::TenantId tenant, model::EndpointId endpoint);

 private:
  using SharedKey = std::shared_ptr<const model::EndpointKey>;
  using SharedEndpoint = std::shared_ptr<const model::Endpoint>;
  using SharedSet = std::shared_ptr<const model::EndpointSet>;

  ports::Answer<SharedKey> key_of(const std::string& key);
  ports::Answer<SharedEndpoint> endpoint_of(const model::TenantId& tenant, const model::EndpointId& id);
  ports::Answer<SharedSet> set_of(const model::TenantId& tenant, const model::CredentialId& credential);
  void forget(const ports::Change* change);

  Context& context_;
  vault::RecordCache<model::EndpointKey> keys_;
  vault::RecordCache<model::Endpoint> endpoints_;
  vault::RecordCache<model::EndpointSet> sets_;  ///< by credential
  std::shared_ptr<void> subscription_;
};

}  // namespace valetkey::events
