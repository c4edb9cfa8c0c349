#pragma once
#include <memory>
#include <string>

#include "model/config_service.hpp"
#include "ports/clock.hpp"
#include "ports/event_bus.hpp"
#include "ports/http_client.hpp"
#include "ports/metrics.hpp"
#include "ports/random.hpp"
#include "ports/script_engine.hpp"
#include "services/incoming.hpp"
#include "services/library/preset_library.hpp"
#include "services/service_document.hpp"
#include "vault/records.hpp"

namespace valetkey::services {

/// One config service, ready to run: a preset, or a version of a tenant's own. Immutable and shared.
struct Service {
  std::string name;                                  ///< preset/slack, serv_..., or empty for an inline document
  model::TenantId tenant;                            ///< empty: a preset
  model::Implementation implementation = model::Implementation::kDeclarative;
  std::vector<std::string> kinds;
  std::shared_ptr<const ServiceDocument> document;   ///< declarative
  std::string source;                                ///< script: JavaScript
  std::string url;                                   ///< http
  model::Secret signing_secret;                      ///< http: what its requests are signed with
};
using ServicePtr = std::shared_ptr<const Service>;

/// How a verification is run.
enum class Run {
  kLive,  ///< a request of an application: what decides a rejection is explained, and nothing else
  kDry,   ///< a trial: every step is explained, and no challenge's URL is fetched
};

/// Runs config services of all implementations (DESIGN 6). Thread safe. Arguments that are references outlive the task.
class Services {
 public:
  struct World {
    vault::Records& records;
    vault::KeyRing& keys;
    ports::Clock& clock;
    ports::Random& random;
    ports::HttpClient& http;
    ports::ScriptEngine& scripts;
    ports::Metrics& metrics;
    ports::EventBus& bus;
    const PresetLibrary& presets;
    std::string ca_file = {};  ///< PEM of the roots that certificates of applications lead to; empty: the system's
  };
  explicit Services(World world);
  ~Services();

  /// By name: preset/slack, serv_... or, pinned to a version, serv_...@3. Cached until it changes. kNotFound, or kInvalidInput where it
  /// is not of `kind` or cannot be read.
  ports::Answer<ServicePtr> find(model::TenantId tenant, std::string name, std::string_view kind);

  /// Unsigned challenge -> verify -> signed challenge (S25). Never an error: what cannot be verified is rejected, with the reason and
  /// the reply. `service` null: rejected.
  ports::Task<Verdict> verify(ServicePtr service, const Incoming& request, const EndpointValues& values, model::TenantId tenant,
                              Run run = Run::kLive);
  /// The events of a verified request; an error makes it `unparsed`.
  ports::Answer<Parsed> parse(ServicePtr service, const Incoming& request, const EndpointValues& values, const Verdict& verdict,
                              model::TenantId tenant);
  ports::Answer<Action> parse_action(ServicePtr service, const Incoming& request, const EndpointValues& values, const Verdict& verdict,
                                     model::TenantId tenant);
  /// The application's user ids of an event, where a script or http mapper decides; else those of the message.
  ports::Answer<std::vector<std::string>> users_of(ServicePtr mapper, const Message& message, model::TenantId tenant);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace valetkey::services
