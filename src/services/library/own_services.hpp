#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "ports/clock.hpp"
#include "ports/random.hpp"
#include "services/library/own_service_body.hpp"
#include "services/script/script_services.hpp"
#include "vault/records.hpp"

namespace valetkey::services {

/// A tenant's own config service with its current version.
struct OwnService {
  model::ConfigService head;
  model::ServiceVersion version;
  std::optional<model::Secret> signing_secret;  ///< just made, to be told once
};

struct ServiceFilter {
  std::optional<model::Implementation> implementation;
  std::string kind;  ///< empty: any
};

/// The config services that a tenant stores. What they do never changes in place: each change makes a version.
class OwnServices {
 public:
  struct World {
    vault::Records& records;
    vault::KeyRing& keys;
    ports::Clock& clock;
    ports::Random& random;
    ScriptServices& scripts;
    std::int64_t most = 200;  ///< services a tenant may have
  };
  explicit OwnServices(World world) : world_(world) {}

  /// What the caller adds to the unit: its audit entry, its idempotency record.
  using Alongside = std::function<void(ports::Unit&, const OwnService&)>;

  /// kNotFound.
  ports::Answer<OwnService> load(model::TenantId tenant, model::ServiceId id) const;
  /// Heads in the order of their ids, at most `limit`, those behind `after`.
  ports::Answer<std::vector<model::ConfigService>> list(model::TenantId tenant, ServiceFilter filter, std::string after, int limit) const;

  /// kInvalidInput with every pointer, kConflict (name), kQuotaExceeded.
  ports::Answer<OwnService> create(model::TenantId tenant, model::ApiKeyId by, NewService wish, Alongside alongside);
  /// Another body, or the one of an older version, becomes the next version. kPreconditionFailed when it changed since `before`.
  ports::Answer<OwnService> change(OwnService before, model::ApiKeyId by, ServiceChange wish, Alongside alongside);
  /// kConflict while a credential names it.
  ports::Answer<void> remove(OwnService before, Alongside alongside);

  /// Newest first, at most `limit`, those older than `before_number` (0: all).
  ports::Answer<std::vector<model::ServiceVersion>> versions(const model::ConfigService& service, std::int64_t before_number,
                                                             int limit) const;
  ports::Answer<model::ServiceVersion> version(const model::ConfigService& service, std::int64_t number) const;

  /// What a text serves, as found by reading it: a document by its parts, a script by its functions. Of a script or an http service those
  /// that `text` names, where it names any. kInvalidInput below `/document` or `/source`.
  ports::Answer<std::vector<std::string>> kinds_of(model::TenantId tenant, model::Implementation implementation, ServiceText text) const;

 private:
  ports::Answer<std::string> user_of(const model::ConfigService& service) const;
  ports::Answer<ServiceText> next_text(const OwnService& before, const ServiceChange& wish) const;

  World world_;
};

}  // namespace valetkey::services
