#pragma once
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <memory>

#include "adapters/local_bus/local_bus.hpp"
#include "adapters/sqlite/sqlite_store.hpp"
#include "adapters/system/file_rescue.hpp"
#include "model/effective.hpp"
#include "oauth/background.hpp"
#include "oauth/connections.hpp"
#include "oauth/grant_tokens.hpp"
#include "oauth/tokens.hpp"
#include "support/fixed_random.hpp"
#include "support/recorded_log.hpp"
#include "support/recorded_metrics.hpp"
#include "support/run_task.hpp"
#include "support/simulated_provider.hpp"
#include "support/stepped_clock.hpp"
#include "support/vault_rig.hpp"
#include "support/watched_ports.hpp"
#include "vault/places.hpp"

namespace valetkey::test {

/// The whole engine on one thread: a real store on disk, real seals, a stepped clock, a simulated network.
class EngineRig {
 public:
  explicit EngineRig(model::Integration integration = plain_integration()) : catalogue(std::vector{std::move(integration)}) {
    auto pattern = (std::filesystem::temp_directory_path() / "engine_XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder");
    folder = pattern;
    open();
    must(run(*world, store->apply({.writes = {records->put(model::Tenant{.id = tenant, .name = "Tenant"})}})));
    add_credential();
  }
  EngineRig(const EngineRig&) = delete;
  EngineRig& operator=(const EngineRig&) = delete;
  ~EngineRig() {
    close();
    std::filesystem::remove_all(folder);
  }

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
    close();
    open();
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
  /// Lets running tasks reach their next wait for the clock or the network, through all that other threads do for them.
  void settle() {
    for (;;) {
      world->restart();
      world->poll();
      if (!watch.is_waiting()) return;
      world->run_one();
    }
  }

  template <class T>
  static T must(model::Result<T> result) {
    if (!result) throw std::runtime_error(result.error().detail + " | " + result.error().log.text);
    if constexpr (!std::is_void_v<T>) return std::move(*result);
  }

  std::filesystem::path folder;
  Watch watch;
  std::unique_ptr<boost::asio::io_context> world = std::make_unique<boost::asio::io_context>();
  SteppedClock clock;
  FixedRandom random;
  RecordedLog log;
  RecordedMetrics metrics;
  SimulatedProvider provider{clock};
  model::Catalogue catalogue;
  const model::TenantId tenant{"ten_test"};
  model::Credential credential;
  std::atomic<bool> is_store_down{false};

  adapters::local_bus::LocalBus bus;
  std::unique_ptr<adapters::root_key::RootKeys> roots;
  std::unique_ptr<adapters::sqlite::SqliteStore> store;
  std::unique_ptr<WatchedStore> watched_store;
  std::unique_ptr<vault::KeyRing> keys;
  std::unique_ptr<vault::Records> records;
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
  void open() {
    roots = std::make_unique<adapters::root_key::RootKeys>(std::vector{model::Secret(std::string(32, 'r'))}, random);
    store =
        must(adapters::sqlite::SqliteStore::open(folder / "valetkey.db", clock, bus, {.before_commit = [this] { return !is_store_down; }}));
    watch.executor = world->get_executor();
    watched_store = std::make_unique<WatchedStore>(*store, watch);
    keys = std::make_unique<vault::KeyRing>(*watched_store, *roots, clock, random);
    must(run(*world, keys->start()));
    records = std::make_unique<vault::Records>(*watched_store, *keys);
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

  void close() {
    settle();  // the store's own threads are idle then
    background.reset();
    connections.reset();
    tokens.reset();
    refresher.reset();
    store.reset();
    world = std::make_unique<boost::asio::io_context>();  // drops every task; what they give back belongs to `context`, which still lives
    provider.forget_callers();
  }

  int made_ = 0;
};

}  // namespace valetkey::test
