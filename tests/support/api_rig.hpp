#pragma once
#include <boost/json/parse.hpp>
#include <stdexcept>

#include "adapters/local_bus/local_bus.hpp"
#include "http/api_keys.hpp"
#include "http/bootstrap.hpp"
#include "http/dispatcher.hpp"
#include "support/recorded_log.hpp"
#include "support/recorded_metrics.hpp"
#include "support/vault_rig.hpp"

namespace valetkey::test {

/// The whole chain behind the server, without sockets, on a store in memory: add routes to `router`, make keys, call.
class ApiRig {
 public:
  explicit ApiRig(bool has_internal_listener = false)
      : dispatcher_({router, authentication, idempotency, vault.clock, log, metrics, has_internal_listener}) {
    put(model::Installation{.id = "ins_1", .created_at = vault.clock.wall_now()});
    put(model::Tenant{.id = model::TenantId{std::string(http::kDefaultTenant)}, .name = "default"});
  }

  /// A key of `tenant` that is in the store; answers its text.
  std::string key(http::ScopeSet scopes, std::string tenant = std::string(http::kDefaultTenant)) {
    return key_of(http::KeySpec{.tenant = model::TenantId{std::move(tenant)}, .name = "test", .scopes = scopes});
  }
  std::string installation_key() { return key_of(http::KeySpec{.role = model::KeyRole::kInstallation, .name = "test"}); }
  std::string key_of(http::KeySpec spec) {
    auto made = http::make_key(std::move(spec), *keys, vault.clock, vault.random);
    last_key = made.record;
    put(made.record);
    return std::string(made.text.reveal());
  }

  template <class Record>
  void put(const Record& record) {
    ports::Unit unit;
    unit.writes.emplace_back(records.put(record));
    apply(std::move(unit));
  }
  /// Stores and tells, as the wiring does.
  void apply(ports::Unit unit) {
    std::vector<ports::Change> changes;
    for (const auto& write : unit.writes) {
      if (const auto* put = std::get_if<ports::Put>(&write)) changes.push_back({put->row.kind, put->row.tenant, put->row.id});
      if (const auto* erase = std::get_if<ports::Erase>(&write)) changes.push_back({erase->kind, {}, erase->id});
    }
    if (auto applied = run(vault.store.apply(std::move(unit))); !applied) throw std::runtime_error(applied.error().detail);
    for (const auto& change : changes) bus.publish(&change);
  }

  struct Call {
    std::string method = "GET";
    std::string path;
    std::string key;  ///< empty: none
    model::Pairs headers{};
    std::string body{};
    std::string query{};
    http::Listener listener = http::Listener::kPublic;
  };
  ports::Task<http::Response> send(Call call) {
    http::Request request;
    request.method = std::move(call.method);
    request.target = call.query.empty() ? call.path : call.path + "?" + call.query;
    request.path = std::move(call.path);
    request.query = model::parse_form(call.query).value();
    request.query_text = std::move(call.query);
    request.headers = std::move(call.headers);
    if (!call.key.empty()) request.headers.emplace_back("authorization", "Bearer " + call.key);
    if (!call.body.empty() && !request.header("content-type")) request.headers.emplace_back("content-type", "application/json");
    request.body = std::move(call.body);
    request.peer = "127.0.0.1";
    request.request_id = "request-" + std::to_string(++requests_);
    request.listener = call.listener;
    co_return co_await dispatcher_.answer(request);
  }
  http::Response call(Call call) { return run(send(std::move(call))); }
  [[nodiscard]] const http::Dispatcher& dispatcher() const { return dispatcher_; }

  static boost::json::object json(const http::Response& response) { return boost::json::parse(response.body).as_object(); }
  /// The `code` of a problem.
  static std::string code(const http::Response& response) { return std::string(json(response).at("code").as_string()); }

  VaultRig vault;
  std::unique_ptr<vault::KeyRing> keys = vault.ring();
  vault::Records records{vault.store, *keys};
  adapters::local_bus::LocalBus bus;
  RecordedLog log;
  RecordedMetrics metrics;
  http::Router router;
  http::Authentication authentication{records, *keys, bus, vault.clock, vault.random};
  http::Idempotency idempotency{vault.store, *keys, vault.clock};
  model::ApiKey last_key;

 private:
  http::Dispatcher dispatcher_;
  int requests_ = 0;
};

}  // namespace valetkey::test
