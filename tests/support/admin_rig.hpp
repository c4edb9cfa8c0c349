#pragma once
#include <fmt/format.h>

#include <boost/json.hpp>

#include "http/api_keys.hpp"
#include "http/bootstrap.hpp"
#include "http/dispatcher.hpp"
#include "http/resources/admin.hpp"
#include "http/resources/deliveries.hpp"
#include "http/resources/destinations.hpp"
#include "http/resources/events.hpp"
#include "model/digest.hpp"
#include "support/engine_rig.hpp"

namespace valetkey::test {

/// The API that sets a tenant up, behind its whole chain, on the engine with its real store; no sockets.
class AdminRig {
 public:
  explicit AdminRig(model::Integration integration = EngineRig::plain_integration()) : engine(std::move(integration)) {
    put(model::Installation{.id = std::string(http::kInstallationRow), .created_at = engine.clock.wall_now()});
    put(model::Tenant{.id = model::TenantId{std::string(http::kDefaultTenant)}, .name = "default"});
    put(model::Tenant{.id = other_tenant, .name = "other"});
    http::add_admin_routes(router, {*engine.context, *engine.connections, *engine.refresher});
    http::add_event_routes(router, event_world);
    http::add_destination_routes(router, event_world);
    http::add_delivery_routes(router, event_world);
    admin = key(http::ScopeSet::all());
    other = key_of({.tenant = other_tenant, .name = "other admin", .scopes = http::ScopeSet::all()});
    installation = key_of({.tenant = {}, .role = model::KeyRole::kInstallation, .name = "operator"});
  }
  AdminRig(const AdminRig&) = delete;
  AdminRig& operator=(const AdminRig&) = delete;
  ~AdminRig() {
    outbound.stop();
    engine.settle();  // what is under way ends while everything is there
  }

  /// The value that the task answers; throws where it fails.
  template <class T>
  T value_of(ports::Answer<T> task) {
    return EngineRig::must(run(*engine.world, std::move(task)));
  }
  template <class Record>
  void put(const Record& record) {
    value_of(engine.store->apply({.writes = {engine.records->put(record)}}));
  }
  template <class Record>
  Record load(const std::string& id) {
    return value_of(engine.records->load_any<Record>(id));
  }
  std::int64_t count(model::Kind kind) { return value_of(engine.store->count({.kind = kind, .tenant = engine.tenant.str()})); }
  std::string key_of(http::KeySpec spec) {
    engine.clock.advance(model::Milliseconds{1});  // ids sort by birth
    auto made = http::make_key(std::move(spec), *engine.keys, engine.clock, engine.random);
    put(made.record);
    return std::string(made.text.reveal());
  }
  std::string key(http::ScopeSet scopes, model::KeyLimits limits = {}) {
    return key_of({.tenant = engine.tenant, .name = "test", .scopes = scopes, .limits = std::move(limits)});
  }

  struct Answer {
    int status = 0;
    boost::json::value body;
    http::Response raw;

    [[nodiscard]] const boost::json::value& at(std::string_view name) const { return body.as_object().at(name); }
    [[nodiscard]] std::string text(std::string_view name) const { return std::string(at(name).as_string()); }
    /// `code` of a problem.
    [[nodiscard]] std::string code() const { return status < 400 ? "" : text("code"); }
    /// The pointers of a problem's faults, in their order.
    [[nodiscard]] std::vector<std::string> pointers() const {
      std::vector<std::string> out;
      if (const auto* errors = body.is_object() ? body.as_object().if_contains("errors") : nullptr)
        for (const auto& error : errors->as_array()) out.emplace_back(error.at("pointer").as_string());
      return out;
    }
    [[nodiscard]] std::string etag() const { return raw.header("ETag") == nullptr ? "" : *raw.header("ETag"); }
  };

  Answer call(std::string_view method, std::string target, const std::string& with_key, std::string body = {}, model::Pairs headers = {}) {
    http::Request request;
    request.method = method;
    request.target = target;
    const auto mark = target.find('?');
    if (mark != std::string::npos) {
      request.query_text = target.substr(mark + 1);
      request.query = model::parse_form(request.query_text).value();
    }
    request.path = target.substr(0, mark);
    request.headers = std::move(headers);
    request.headers.emplace_back("authorization", "Bearer " + with_key);
    if (!body.empty()) request.headers.emplace_back("content-type", "application/json");
    request.body = std::move(body);
    request.peer = "127.0.0.1";
    request.request_id = "request";
    Answer answer;
    answer.raw = run(*engine.world, dispatcher.answer(request));
    answer.status = answer.raw.status;
    if (!answer.raw.body.empty()) answer.body = boost::json::parse(answer.raw.body);
    return answer;
  }
  Answer get(std::string target) { return call("GET", std::move(target), admin); }
  Answer post(std::string target, std::string body, model::Pairs headers = {}) {
    return call("POST", std::move(target), admin, std::move(body), std::move(headers));
  }
  Answer patch(std::string target, std::string body, model::Pairs headers = {}) {
    return call("PATCH", std::move(target), admin, std::move(body), std::move(headers));
  }
  Answer del(std::string target) { return call("DELETE", std::move(target), admin); }

  std::vector<model::AuditEntry> audit(const std::string& tenant) { return value_of(engine.store->audit(tenant, 0, 1000)); }
  std::vector<std::string> audited_actions(const std::string& tenant) {
    std::vector<std::string> out;
    for (const auto& entry : audit(tenant)) out.push_back(entry.action);
    return out;
  }

  EngineRig engine;
  const model::TenantId other_tenant{"ten_other"};
  events::Context events_context{*engine.records, *engine.keys,  engine.provider,
                                 engine.clock,    engine.random, engine.metrics,
                                 engine.log,      engine.bus,    engine.world->get_executor()};
  events::Outbound outbound{events_context, {}, {}};
  http::EventWorld event_world{events_context, outbound};
  http::Router router;
  http::Authentication authentication{*engine.records, *engine.keys, engine.bus, engine.clock, engine.random};
  http::Idempotency idempotency{*engine.store, *engine.keys, engine.clock};
  http::Dispatcher dispatcher{{router, authentication, idempotency, engine.clock, engine.log, engine.metrics, false}};
  std::string admin;         ///< all scopes, of the engine's tenant
  std::string other;         ///< the same of `other_tenant`
  std::string installation;  ///< an installation key
};

/// A body of POST /v1/credentials for the engine's integration; `more` is members to add, each with a comma before it.
inline std::string credential_body(std::string_view name = "main", std::string_view more = "") {
  return fmt::format(
      R"({{"name":"{}","integration":"sim","grant_type":"authorization_code","client_id":"id","client_secret":"s3cret-of-{}"{}}})", name,
      name, more);
}
/// The same for a custom integration.
inline std::string custom_integration_body(std::string_view slug = "acme", std::string_view more = "") {
  return fmt::format(
      R"({{"slug":"{}","name":"Acme","authorization_url":"https://acme.example/authorize","token_url":"https://acme.example/token",)"
      R"("base_uri":"https://acme.example/api","grant_types":["authorization_code"]{}}})",
      slug, more);
}

}  // namespace valetkey::test
