#pragma once
#include <map>
#include <memory>
#include <string>

#include "ports/event_bus.hpp"
#include "services/services.hpp"
#include "vault/record_cache.hpp"

namespace valetkey::services {

/// Finds services by name. A tenant's own are read once and kept until anything of them changes. Thread safe.
class ServiceDirectory {
 public:
  ServiceDirectory(vault::Records& records, vault::KeyRing& keys, ports::EventBus& bus, const PresetLibrary& presets);

  /// As Services::find().
  ports::Answer<ServicePtr> find(model::TenantId tenant, std::string name, std::string_view kind);

 private:
  using Cache = vault::RecordCache<Service>;

  ports::Answer<ServicePtr> own(model::TenantId tenant, std::string name);
  ports::Answer<ServicePtr> read(model::TenantId tenant, const std::string& name) const;
  ports::Answer<std::shared_ptr<Service>> made(const model::ConfigService& head, const model::ServiceVersion& version) const;

  vault::Records& records_;
  vault::KeyRing& keys_;
  std::map<std::string, ServicePtr, std::less<>> presets_;
  std::shared_ptr<Cache> own_;
  std::shared_ptr<void> subscription_;
};

}  // namespace valetkey::services
