#pragma once
#include <boost/asio/co_spawn.hpp>
#include <memory>

#include "adapters/system/file_rescue.hpp"
#include "model/effective.hpp"
#include "oauth/background.hpp"
#include "oauth/connections.hpp"
#include "oauth/grant_tokens.hpp"
#include "oauth/tokens.hpp"
#include "support/simulated_provider.hpp"
#include "support/store_rig.hpp"
#include "vault/places.hpp"

namespace valetkey::test {

/// The whole engine on a StoreRig, with a simulated network.
class EngineRig : public StoreRig {
 public:
  explicit EngineRig(model::Integration integration = plain_integration()) : catalogue(std::vector{std::move(integration)}) {
    open_engine();
    add_credential();
  }
  EngineRig(const EngineRig&) = delete;
  EngineRig& operator=(const EngineRig&) = delete;
  ~EngineRig() { close_engine(); }

  static model::Integration plain_integration() {
    model::Integration integration;
    integration.slug = "sim";
    integration.name = "Simulated";
    integration.authorization_url = "https://sim.example/authorize";
    integration.token_url = "https://sim.example/token";
    integration.base_uri = "https://sim.example/api";
    integration.grant_types = {"authorization_code", "password", "client_credentials"};
    integration.default_scopes = {"read", "write"};
    return integration;
  }

  /// Everything that a crash takes away, and a new process on the same files. Tasks under way are dropped.
  void restart() {
    close_engine();
    open();
    open_engine();
  }

  /// An active connection with tokens of the provider, as a finished flow leaves it.
  model::Connection connect(std::int64_t lifetime = 3600) {
    auto refresh = provider.mint();
    oauth::TokenAnswer answer{.access_token = model::Secret("first-access-" + refresh), .refresh_token = model::Secret(refresh)};
    if (lifetime > 0) answer.expires_at = clock.wall_now() + model::Seconds{lifetime};
    answer.extra = model::Secret("{}");
    return connect_with(std::move(answer));
  }

  model::Connection connect_with(oauth::TokenAnswer answer) {
    auto client = must(run(*world, oauth::load_client(*context, tenant, credential.id, credential.endpoint_set)));
    model::Connection connection{.id = ports::new_id<model::ConnectionId>(clock, random), .tenant = tenant, .credential = credential.id};
    connection.end_user.id = "user";
    connection.created_at = clock.wall_now();
    model::Grant grant{.id = ports::new_id<model::GrantId>(clock, random), .tenant = tenant};
    grant.connection = connection.id;
    grant.credential = credential.id;
    grant.endpoint_set = credential.endpoint_set;
    grant.created_at = clock.wall_now();
    auto sealed =
        must(run(*world, oauth::with_tokens(*context, client, grant, 1, answer, {.scopes = {"read"}, .sent_at = clock.wall_now()})));
    ports::Unit unit;
    oauth::install_grant(*context, unit, connection, sealed);
    unit.writes.emplace_back(records->put(sealed));
    must(run(*world, store->apply(std::move(unit))));
    return must(run(*world, records->load<model::Connection>(tenant, connection.id.str())));
  }

  /// token_for() without the records.
  ports::Answer<oauth::LiveToken> token_of(model::ConnectionId connection, oauth::Need need) {
    auto access = co_await tokens->token_for(tenant, std::move(connection), std::move(need));
    if (!access) co_return model::fail(std::move(access.error()));
    co_return std::move(access->token);
  }
  model::Result<oauth::LiveToken> read(const model::Connection& connection, oauth::Need need = {}) {
    return run(*world, token_of(connection.id, std::move(need)));
  }
  model::Result<oauth::LiveToken> force(const model::Connection& connection, std::int64_t generation) {
    return read(connection, {.rejected_generation = generation});
  }
  model::Connection stored(const model::Connection& connection) {
    return must(run(*world, records->load<model::Connection>(tenant, connection.id.str())));
  }
  model::Grant grant_of(const model::Connection& connection) {
    return must(run(*world, records->load<model::Grant>(tenant, stored(connection).current_grant.str())));
  }
  model::Credential stored_credential() { return must(run(*world, records->load<model::Credential>(tenant, credential.id.str()))); }
  std::vector<std::string> event_types() {
    std::vector<std::string> types;
    for (const auto& event : must(run(*world, store->events({.tenant = tenant.str()})))) types.push_back(event.type);
    return types;
  }

  /// Starts a task that runs along; `done` is set when it has answered.
  template <class T>
  std::shared_ptr<std::optional<T>> start(ports::Task<T> task) {
    auto done = std::make_shared<std::optional<T>>();
    boost::asio::co_spawn(*world, std::move(task), [done](std::exception_ptr error, T value) {
      if (error) std::rethrow_exception(error);
      done->emplace(std::move(value));
    });
    return done;
  }
  auto start_read(const model::Connection& connection, oauth::Need need = {}) { return start(token_of(connection.id, std::move(need))); }

  /// Runs whatever can run until `condition` holds; throws when nothing is left to do.
  template <class Condition>
  void until(Condition condition) {
    world->restart();
    while (!condition())
      if (world->run_one() == 0) throw std::runtime_error("nothing is left to run, and the condition does not hold");
  }
  /// Moves the clock in steps of a second, running everything that is due and everything that follows from it.
  void pass(model::Seconds time) {
    for (model::Seconds passed{0}; passed < time; passed += model::Seconds{1}) {
      clock.advance(model::Seconds{1});
      settle();
    }
  }
  SimulatedProvider provider{clock};
  model::Catalogue catalogue;
  model::Credential credential;

  std::unique_ptr<adapters::system::FileRescue> rescue;
  std::unique_ptr<WatchedRescue> watched_rescue;
  std::unique_ptr<oauth::Context> context;
  std::unique_ptr<oauth::Refresher> refresher;
  std::unique_ptr<oauth::Tokens> tokens;
  std::unique_ptr<oauth::Connections> connections;
  std::unique_ptr<oauth::Background> background;

  void add_credential(model::GrantType grant_type = model::GrantType::kAuthorizationCode, model::Overrides overrides = {},
                      std::map<std::string, std::string> config_services = {}) {
    credential = {
        .id = ports::new_id<model::CredentialId>(clock, random), .tenant = tenant, .name = "credential " + std::to_string(++made_)};
    credential.integration = catalogue.list().front()->slug == "custom" ? catalogue.list().back()->slug : catalogue.list().front()->slug;
    credential.grant_type = grant_type;
    credential.client_id = "client";
    credential.overrides = std::move(overrides);
    credential.custom = config_services.contains("token_generation");
    credential.config_services = std::move(config_services);
    credential.endpoint_set = 1;
    auto set = model::make_endpoint_set(credential, *catalogue.find(credential.integration), "https://broker.example/oauth/callback/sim");
    set.number = 1;
    model::StoredSecret secret{.set_at = clock.wall_now()};
    secret.sealed = must(run(*world, keys->seal(vault::client_secret_place(set, secret.set_at), model::Secret("client-secret"))));
    set.secrets.push_back(std::move(secret));
    must(run(*world, store->apply({.writes = {records->put(credential), records->put(set)}})));
  }

 private:
  void open_engine() {
    rescue = std::make_unique<adapters::system::FileRescue>((folder / "rescue").string());
    watched_rescue = std::make_unique<WatchedRescue>(*rescue, watch);
    context.reset(new oauth::Context{.records = *records,
                                     .keys = *keys,
                                     .http = provider,
                                     .clock = clock,
                                     .random = random,
                                     .metrics = metrics,
                                     .log = log,
                                     .rescue = *watched_rescue,
                                     .catalogue = catalogue,
                                     .executor = world->get_executor(),
                                     .refresh = {},
                                     .flow = {.public_url = "https://broker.example"},
                                     .owner = "node-" + std::to_string(++made_)});
    refresher = std::make_unique<oauth::Refresher>(*context);
    tokens = std::make_unique<oauth::Tokens>(*context, *refresher, bus, 1 << 20);
    connections = std::make_unique<oauth::Connections>(*context, *refresher);
    background = std::make_unique<oauth::Background>(*context, *refresher, oauth::Retention{});
  }

  void close_engine() {
    settle();
    background.reset();
    connections.reset();
    tokens.reset();
    refresher.reset();
    close();  // drops every task; what they give back belongs to `context`, which still lives
    provider.forget_callers();
  }

  int made_ = 0;
};

}  // namespace valetkey::test
