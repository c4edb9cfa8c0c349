#pragma once
#include <boost/json/parse.hpp>
#include <functional>
#include <memory>
#include <vector>

#include "events/endpoints/endpoint_records.hpp"
#include "events/ingress/ingress.hpp"
#include "model/digest.hpp"
#include "model/encoding.hpp"
#include "services/library/preset_library.hpp"
#include "support/store_rig.hpp"
#include "vault/places.hpp"

namespace valetkey::test {

/// A network that answers what the test says, at once.
class ScriptedNetwork final : public ports::HttpClient {
 public:
  ports::Task<std::expected<ports::HttpResponse, ports::HttpFailure>> send(ports::HttpRequest request) override {
    seen.push_back(request);
    if (answer) co_return answer(request);
    co_return ports::HttpResponse{.status = 200};
  }
  std::vector<ports::HttpRequest> seen;
  std::function<std::expected<ports::HttpResponse, ports::HttpFailure>(const ports::HttpRequest&)> answer;
};

class NoScripts final : public ports::ScriptEngine {
 public:
  ports::Task<std::expected<ports::ScriptResult, ports::ScriptFailure>> run(ports::ScriptCall) override {
    co_return std::unexpected(ports::ScriptFailure{.kind = ports::ScriptFailure::Kind::kUnavailable});
  }
};

/// Service documents by slug, as JSON.
using PresetTexts = std::vector<std::pair<std::string, std::string>>;

/// Endpoints and the way in on a StoreRig, with a simulated network.
class EventsRig : public StoreRig {
 public:
  explicit EventsRig(const PresetTexts& texts) : presets(presets_of(texts)) {
    context.reset(new events::Context{.records = *records,
                                      .keys = *keys,
                                      .http = network,
                                      .clock = clock,
                                      .random = random,
                                      .metrics = metrics,
                                      .log = log,
                                      .bus = bus,
                                      .executor = world->get_executor()});
    services = std::make_unique<services::Services>(services::Services::World{.records = *records,
                                                                              .keys = *keys,
                                                                              .clock = clock,
                                                                              .random = random,
                                                                              .http = network,
                                                                              .scripts = scripts,
                                                                              .metrics = metrics,
                                                                              .bus = bus,
                                                                              .presets = presets});
    cache = std::make_unique<events::EndpointCache>(*context, 1 << 20);
    ingress = std::make_unique<events::Ingress>(*context, *cache, *services, "https://broker.example");
    endpoints = std::make_unique<events::EndpointRecords>(*context, *services);
  }
  EventsRig(const EventsRig&) = delete;
  EventsRig& operator=(const EventsRig&) = delete;
  ~EventsRig() {
    settle();
    ingress.reset();
    cache.reset();
    services.reset();
    close();  // drops every task while `context` lives
  }

  /// The value that the task answers; throws where it fails.
  template <class T>
  T value_of(ports::Answer<T> task) {
    return must(run(*world, std::move(task)));
  }
  template <class Record>
  void put(const Record& record) {
    value_of(store->apply({.writes = {records->put(record)}}));
  }
  template <class Record>
  std::vector<Record> all() {
    return value_of(records->find<Record>({.tenant = tenant.str(), .limit = 1000}));
  }

  /// A credential whose services are all one preset, with its endpoint under `key`. Its client secret is `client-secret`.
  model::Endpoint add_endpoint(const std::string& slug, const std::string& key,
                               const std::vector<std::string>& kinds = {"webhook_event_verification", "webhook_parser",
                                                                        "action_callback_parser"}) {
    model::Credential credential{.id = ports::new_id<model::CredentialId>(clock, random), .tenant = tenant, .name = "of " + key};
    credential.integration = slug;
    credential.client_id = "client";
    credential.webhook_key = key;
    credential.endpoint_set = 1;
    model::EndpointSet set{.credential = credential.id, .tenant = tenant, .number = 1};
    for (const auto& kind : kinds) set.config_services[kind] = "preset/" + slug;
    model::StoredSecret secret{.set_at = clock.wall_now()};
    secret.sealed = value_of(keys->seal(vault::client_secret_place(set, secret.set_at), model::Secret("client-secret")));
    set.secrets.push_back(std::move(secret));
    model::Endpoint endpoint{.id = ports::new_id<model::EndpointId>(clock, random), .tenant = tenant, .credential = credential.id};
    endpoint.integration = slug;
    value_of(store->apply({.writes = {records->put(credential), records->put(set), records->put(endpoint),
                                      records->put(model::EndpointKey{.id = key, .tenant = tenant, .endpoint = endpoint.id})}}));
    return value_of(records->load<model::Endpoint>(tenant, endpoint.id.str()));
  }
  /// What PATCH does.
  model::Endpoint change(const model::Endpoint& endpoint, std::string_view body) {
    return value_of(changed(endpoint.id.str(), boost::json::parse(body).as_object())).endpoint;
  }

  static events::Arrival arrival(std::string slug, std::string key, std::string body, model::Pairs headers = {}) {
    events::Arrival out{.integration = std::move(slug), .key = std::move(key), .source = "203.0.113.7"};
    out.incoming.method = "POST";
    out.incoming.path = "/hooks/" + out.integration + "/" + out.key;
    out.incoming.headers = std::move(headers);
    out.incoming.body = std::move(body);
    return out;
  }
  events::ArrivalAnswer receive(events::Arrival what) { return run(*world, ingress->receive(std::move(what))); }
  /// The status that an application sees.
  static int status_of(const events::ArrivalAnswer& answer) {
    return answer.error ? model::facts(answer.error->code).status : answer.reply.status;
  }
  static std::string hmac_hex(std::string_view secret, std::string_view text) { return model::to_hex(model::hmac_sha256(secret, text)); }
  std::vector<std::string> event_types() {
    std::vector<std::string> types;
    for (const auto& event : value_of(store->events({.tenant = tenant.str()}))) types.push_back(event.type);
    return types;
  }

  ScriptedNetwork network;
  NoScripts scripts;
  services::PresetLibrary presets;

  std::unique_ptr<events::Context> context;
  std::unique_ptr<services::Services> services;
  std::unique_ptr<events::EndpointCache> cache;
  std::unique_ptr<events::Ingress> ingress;
  std::unique_ptr<events::EndpointRecords> endpoints;

 private:
  static services::PresetLibrary presets_of(const PresetTexts& texts) {
    std::vector<std::pair<std::string, boost::json::value>> documents;
    for (const auto& [slug, text] : texts) documents.emplace_back(slug, boost::json::parse(text));
    return must(services::PresetLibrary::read(documents));
  }
  ports::Answer<events::EndpointView> changed(std::string id, boost::json::object body) {
    auto view = co_await endpoints->load(tenant, std::move(id));
    if (!view) co_return model::fail(std::move(view.error()));
    co_return co_await endpoints->change(std::move(*view), body, {});
  }
};

}  // namespace valetkey::test
