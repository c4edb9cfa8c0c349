#include "app.hpp"

#include <fmt/format.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <limits>

#include "adapters/catalog/load_catalogue.hpp"
#include "adapters/catalog/load_presets.hpp"
#include "adapters/javascriptcore/worker_pool.hpp"
#include "adapters/system/durable_file.hpp"
#include "adapters/system/system_clock.hpp"
#include "app_parts.hpp"
#include "block_on.hpp"
#include "docs_files.hpp"
#include "egress_policy.hpp"
#include "events/outbox/mapped_users.hpp"
#include "http/bootstrap.hpp"
#include "http/pages/connect_page.hpp"
#include "http/resources/admin.hpp"
#include "http/resources/connect_sessions.hpp"
#include "http/resources/connections.hpp"
#include "http/resources/deliveries.hpp"
#include "http/resources/destinations.hpp"
#include "http/resources/endpoints.hpp"
#include "http/resources/event_stream.hpp"
#include "http/resources/events.hpp"
#include "http/resources/hooks.hpp"
#include "http/resources/proxy.hpp"
#include "http/resources/services.hpp"
#include "http/resources/tokens.hpp"
#include "http/resources/validations.hpp"
#include "installation.hpp"
#include "metric_table.hpp"
#include "oauth/credential_endpoints.hpp"
#include "oauth/older_connections.hpp"
#include "oauth/refresh_save.hpp"
#include "root_key_choice.hpp"
#include "vitals.hpp"

namespace valetkey {
namespace {

using model::fail;
using model::Result;

Result<void> in_context(Result<void> result, std::string_view context) {
  if (!result) return fail(model::in_context(std::move(result.error()), context));
  return result;
}

std::string bound_url(const Config& config, const http::server::Settings& settings, std::uint16_t port) {
  if (!config.public_url.empty()) return config.public_url;
  auto listen = settings.listen;
  listen.port = port;
  return (settings.tls ? "https://" : "http://") + http::server::to_text(listen);
}

http::KeyFile bootstrap_file(const Config& config) {
  const auto path = config.data_dir + "/bootstrap-key";
  return {.path = path,
          .read = [path] { return adapters::system::read_file(path); },
          .write = [dir = config.data_dir](std::string_view text) { return adapters::system::write_durably(dir, "bootstrap-key", text); },
          .remove = [dir = config.data_dir] { return adapters::system::remove_durably(dir, "bootstrap-key"); }};
}

/// A sanitized broker names a worker that is not.
adapters::javascriptcore::WorkerCommand script_worker() {
#ifdef VALETKEY_SCRIPT_WORKER
  return {.path = VALETKEY_SCRIPT_WORKER, .argument = ""};
#else
  return {};
#endif
}

}  // namespace

ports::Task<void> tend(App::Parts& parts);

/// The steps of a start, in their order; each leaves a later start nothing to repair.
class AppStart {
 public:
  explicit AppStart(App::Parts& parts) : p_(parts) {}

  Result<void> run() {
    for (const auto step : {&AppStart::open_world, &AppStart::check_copy, &AppStart::bind, &AppStart::wire_services, &AppStart::wire_engine,
                            &AppStart::wire_http, &AppStart::recover})
      if (auto done = (this->*step)(); !done) return done;
    run_threads();
    return {};
  }

 private:
  Result<void> open_world() {
    p_.log =
        std::make_unique<adapters::spdlog::SpdlogLog>(adapters::spdlog::level_named(p_.config.log_level).value_or(ports::LogLevel::kInfo));
    p_.metrics = std::make_unique<adapters::prometheus::PrometheusMetrics>(metric_table());
    if (!p_.clock) p_.clock = std::make_shared<adapters::system::SystemClock>();
    auto catalogue = adapters::catalog::load_embedded_catalogue();
    if (!catalogue) return fail(std::move(catalogue.error()));
    p_.catalogue = std::move(*catalogue);
    auto lock = ServeLock::take(p_.config.data_dir);
    if (!lock) return fail(std::move(lock.error()));
    p_.lock = std::move(*lock);
    auto keys = root_keys_to_serve(p_.config, p_.random);
    if (!keys) return fail(std::move(keys.error()));
    auto open = open_store(p_.config, std::move(*keys), *p_.clock, p_.random, p_.bus, p_.metrics.get());
    if (!open) return fail(std::move(open.error()));
    p_.open = std::move(*open);
    p_.service.keys_open = true;
    p_.rescue = std::make_unique<adapters::system::FileRescue>(p_.config.rescue_path());
    return {};
  }

  Result<void> check_copy() {
    auto fingerprint = fingerprint_of(p_.config);
    if (!fingerprint) return fail(std::move(fingerprint.error()));
    auto installation = block_on(check_installation(*p_.open.records, *p_.clock, p_.random, std::move(*fingerprint)));
    if (!installation) return fail(std::move(installation.error()));
    is_on_hold_ = installation->hold;
    if (is_on_hold_)
      p_.log->write(ports::LogLevel::kWarning,
                    "this copy of the store is on hold: it serves live tokens and exchanges nothing until `valetkey resume`",
                    {{"reason", installation->hold_reason}});
    const auto file = bootstrap_file(p_.config);
    const http::Bootstrap bootstrap(
        {.records = *p_.open.records, .keys = *p_.open.keys, .clock = *p_.clock, .random = p_.random, .log = *p_.log, .file = file});
    return in_context(block_on(bootstrap.run(p_.config.bootstrap_key)), "bootstrap_key");
  }

  Result<void> bind() {
    auto settings = server_settings(p_.config);
    if (!settings) return fail(std::move(settings.error()));
    if (auto fits = http::server::check_settings(*settings); !fits) return fits;
    const auto threads = p_.config.threads > 0 ? p_.config.threads : std::max(1U, std::thread::hardware_concurrency());
    std::vector<boost::asio::io_context*> contexts;
    contexts.reserve(threads);
    for (unsigned i = 0; i < threads; ++i) contexts.push_back(p_.serving.emplace_back(std::make_unique<boost::asio::io_context>(1)).get());
    p_.server = std::make_unique<http::server::Server>(
        *settings, [&parts = p_](http::Request& request) { return parts.dispatcher->answer(request); },
        http::server::World{.clock = *p_.clock, .random = p_.random, .log = *p_.log, .metrics = *p_.metrics}, contexts,
        http::server::StreamHooks{
            .streams = [&parts = p_](http::Request& request) { return parts.dispatcher->streams(request); },
            .still_allowed = [&parts = p_](const http::Request& request) { return parts.dispatcher->still_allowed(request); }});
    if (auto started = p_.server->start(); !started) return started;
    const auto port = p_.server->port(http::Listener::kPublic);
    p_.url = bound_url(p_.config, *settings, port);
    has_internal_ = settings->listen_internal.has_value();
    std::vector<http::server::ListenAddress> listening{{settings->listen.host, port}};
    if (has_internal_) listening.emplace_back(settings->listen_internal->host, p_.server->port(http::Listener::kInternal));
    auto policy = egress_policy(p_.config, listening, p_.url);
    if (!policy) return fail(std::move(policy.error()));
    const auto shared_policy = std::make_shared<const model::AddressPolicy>(std::move(*policy));
    p_.http_client = std::make_unique<adapters::curl::CurlHttpClient>(
        adapters::curl::Settings{.policy = shared_policy, .ca_file = p_.config.ca_file}, *p_.clock);
    p_.upstream = std::make_unique<adapters::upstream::AsioUpstream>(
        adapters::upstream::Settings{.policy = shared_policy, .ca_file = p_.config.ca_file}, *p_.clock, contexts);
    p_.scripts = std::make_unique<adapters::javascriptcore::JavaScriptCoreEngine>(
        adapters::javascriptcore::PoolSettings{.command = script_worker(), .workers = p_.config.script_workers}, *p_.clock, *p_.metrics);
    return {};
  }

  Result<void> wire_services() {
    auto files = adapters::catalog::load_embedded_presets();
    if (!files) return fail(std::move(files.error()));
    auto presets = services::PresetLibrary::read(files->documents());
    if (!presets) return fail(files->located(std::move(presets.error())));
    p_.presets = std::move(*presets);
    p_.script_services = std::make_unique<services::ScriptServices>(*p_.scripts, *p_.clock);
    p_.http_services = std::make_unique<services::HttpService>(*p_.http_client, *p_.clock, p_.random);
    p_.services = std::make_unique<services::Services>(services::Services::World{.records = *p_.open.records,
                                                                                 .keys = *p_.open.keys,
                                                                                 .clock = *p_.clock,
                                                                                 .random = p_.random,
                                                                                 .http = *p_.http_client,
                                                                                 .scripts = *p_.scripts,
                                                                                 .metrics = *p_.metrics,
                                                                                 .bus = p_.bus,
                                                                                 .presets = p_.presets,
                                                                                 .ca_file = p_.config.ca_file});
    p_.own_services = std::make_unique<services::OwnServices>(services::OwnServices::World{
        .records = *p_.open.records, .keys = *p_.open.keys, .clock = *p_.clock, .random = p_.random, .scripts = *p_.script_services});
    return {};
  }

  /// The engine asks services and services call accounts with the engine's tokens: this closes the circle, once.
  void wire_accounts() {
    p_.account_requests = std::make_unique<calls::AccountRequests>(*p_.context, *p_.tokens);
    p_.accounts = std::make_unique<services::Accounts>(services::Accounts::World{.services = *p_.services,
                                                                                 .scripts = *p_.script_services,
                                                                                 .http_services = *p_.http_services,
                                                                                 .api = *p_.account_requests,
                                                                                 .http = *p_.http_client,
                                                                                 .records = *p_.open.records});
    p_.validations = std::make_unique<oauth::Validations>(*p_.context, *p_.tokens,
                                                          oauth::Validations::Settings{.interval = p_.config.validation_interval});
    p_.context->services = p_.accounts.get();
    p_.context->after_connecting = [&parts = p_](const model::Connection& connection) { parts.validations->after_connecting(connection); };
  }

  Result<void> wire_engine() {
    oauth::RefreshSettings refresh{.margin = p_.config.refresh_margin, .request_deadline = p_.config.token_request_timeout};
    refresh.lease = refresh.request_deadline + model::Seconds{10};
    p_.context = std::unique_ptr<oauth::Context>(new oauth::Context{.records = *p_.open.records,
                                                                    .keys = *p_.open.keys,
                                                                    .http = *p_.http_client,
                                                                    .clock = *p_.clock,
                                                                    .random = p_.random,
                                                                    .metrics = *p_.metrics,
                                                                    .log = *p_.log,
                                                                    .rescue = *p_.rescue,
                                                                    .catalogue = p_.catalogue,
                                                                    .executor = p_.working.get_executor(),
                                                                    .refresh = refresh,
                                                                    .flow = {.public_url = p_.url},
                                                                    .owner = p_.random.token(16)});
    p_.context->is_on_hold = is_on_hold_;
    auto& quotas = p_.context->quotas;
    quotas.credentials = p_.config.max_credentials_per_tenant.value_or(std::numeric_limits<std::int64_t>::max());
    quotas.connections = p_.config.max_connections_per_tenant.value_or(std::numeric_limits<std::int64_t>::max());
    p_.refresher = std::make_unique<oauth::Refresher>(*p_.context);
    p_.tokens = std::make_unique<oauth::Tokens>(*p_.context, *p_.refresher, p_.bus, p_.config.cache_bytes);
    wire_accounts();
    p_.calls = std::make_unique<calls::AccountCalls>(
        calls::AccountCalls::World{.tokens = *p_.tokens, .upstream = *p_.upstream, .clock = *p_.clock, .metrics = *p_.metrics},
        calls::AccountCalls::Settings{.connect_within = p_.config.proxy_connect_timeout,
                                      .head_within = p_.config.proxy_head_timeout,
                                      .idle_for = p_.config.proxy_idle_timeout});
    p_.connections = std::make_unique<oauth::Connections>(*p_.context, *p_.refresher);
    p_.sessions = std::make_unique<oauth::ConnectSessions>(*p_.context);
    p_.flow = std::make_unique<oauth::AuthorizationFlow>(*p_.context);
    p_.background = std::make_unique<oauth::Background>(*p_.context, *p_.refresher, oauth::Retention{});
    wire_events();
    p_.read_counts = std::make_unique<http::ReadCounts>(*p_.open.store, *p_.clock);
    return {};
  }

  void wire_events() {
    p_.events_context = std::unique_ptr<events::Context>(new events::Context{.records = *p_.open.records,
                                                                             .keys = *p_.open.keys,
                                                                             .http = *p_.http_client,
                                                                             .clock = *p_.clock,
                                                                             .random = p_.random,
                                                                             .metrics = *p_.metrics,
                                                                             .log = *p_.log,
                                                                             .bus = p_.bus,
                                                                             .executor = p_.working.get_executor()});
    p_.endpoint_cache = std::make_unique<events::EndpointCache>(*p_.events_context, p_.config.cache_bytes / 8);
    p_.endpoint_records = std::make_unique<events::EndpointRecords>(*p_.events_context, *p_.services);
    p_.ingress = std::make_unique<events::Ingress>(*p_.events_context, *p_.endpoint_cache, *p_.services, p_.url);
    events::Publisher::Hooks hooks{
        .users_of = events::users_by_mapper(*p_.endpoint_cache, *p_.services),
        .parse_again = [&ingress = *p_.ingress](const model::ReceivedRequest& request) { return ingress.parse_again(request); }};
    p_.outbound = std::make_unique<events::Outbound>(
        *p_.events_context, std::move(hooks),
        events::Outbound::Settings{
            .sender = {.is_on_hold = [&parts = p_] { return parts.context->is_on_hold.load(); }, .at_once = p_.config.delivery_concurrency},
            .retention = p_.config.event_retention});
  }

  Result<void> wire_http() {
    const auto& records = *p_.open.records;
    p_.authentication = std::make_unique<http::Authentication>(records, *p_.open.keys, p_.bus, *p_.clock, p_.random);
    p_.idempotency = std::make_unique<http::Idempotency>(*p_.open.store, *p_.open.keys, *p_.clock);
    const http::OauthWorld oauth{.context = *p_.context,
                                 .tokens = *p_.tokens,
                                 .connections = *p_.connections,
                                 .sessions = *p_.sessions,
                                 .flow = *p_.flow,
                                 .read_counts = *p_.read_counts};
    http::add_service_routes(p_.router, *p_.open.store, *p_.metrics, p_.service);
    http::add_docs_routes(p_.router, docs_files());
    http::add_connect_pages(p_.router, oauth);
    http::add_connect_session_routes(p_.router, oauth);
    http::add_connection_routes(p_.router, oauth);
    http::add_token_routes(p_.router, oauth);
    http::add_validation_routes(p_.router, *p_.validations);
    http::add_config_service_routes(p_.router,
                                    {.services = *p_.services,
                                     .own = *p_.own_services,
                                     .presets = p_.presets,
                                     .records = *p_.open.records,
                                     .clock = *p_.clock,
                                     .endpoint_trial = [&p = p_](model::TenantId tenant, model::EndpointId id, model::RequestKind kind) {
                                       return events::endpoint_trial(*p.events_context, *p.endpoint_cache, *p.services, std::move(tenant),
                                                                     std::move(id), kind);
                                     }});
    http::add_proxy_routes(p_.router, {.calls = *p_.calls, .read_counts = *p_.read_counts});
    add_event_routes();
    http::add_admin_routes(p_.router, {.context = *p_.context, .connections = *p_.connections, .refresher = *p_.refresher});
    p_.dispatcher = std::make_unique<http::Dispatcher>(http::Dispatcher::World{.router = p_.router,
                                                                               .authentication = *p_.authentication,
                                                                               .idempotency = *p_.idempotency,
                                                                               .clock = *p_.clock,
                                                                               .log = *p_.log,
                                                                               .metrics = *p_.metrics,
                                                                               .has_internal_listener = has_internal_});
    return {};
  }

  void add_event_routes() {
    const http::EventWorld world{.context = *p_.events_context, .outbound = *p_.outbound};
    http::add_event_routes(p_.router, world);
    http::add_event_stream_route(p_.router, world);
    http::add_destination_routes(p_.router, world);
    http::add_delivery_routes(p_.router, world);
    http::add_hook_routes(p_.router, {.ingress = *p_.ingress, .body_limit = p_.config.webhook_body_limit});
    http::add_endpoint_routes(
        p_.router, {.context = *p_.events_context, .endpoints = *p_.endpoint_records, .ingress = *p_.ingress, .public_url = p_.url});
  }

  Result<void> recover() {
    auto recovered = block_on(oauth::recover_rescued(*p_.context));
    if (!recovered) return fail(model::in_context(std::move(recovered.error()), "save what was rescued"));
    if (*recovered > 0)
      p_.log->write(ports::LogLevel::kInfo, "tokens that were kept outside the store were saved", {{"count", std::to_string(*recovered)}});
    return {};
  }

  void run_threads() {
    boost::asio::co_spawn(p_.working, oauth::resume_marking(*p_.context), boost::asio::detached);
    boost::asio::co_spawn(p_.working, oauth::add_missing_endpoints(*p_.context), boost::asio::detached);
    boost::asio::co_spawn(p_.working, p_.background->run(), boost::asio::detached);
    boost::asio::co_spawn(p_.working, p_.validations->run(), boost::asio::detached);
    boost::asio::co_spawn(p_.working, p_.outbound->run(), boost::asio::detached);
    boost::asio::co_spawn(p_.working, tend(p_), boost::asio::detached);
    boost::asio::co_spawn(p_.working, watch_vitals(p_), boost::asio::detached);
    for (auto& context : p_.serving) start_thread(*context);
    start_thread(p_.working);
  }

  void start_thread(boost::asio::io_context& context) {
    p_.guards.push_back(boost::asio::make_work_guard(context));
    p_.threads.emplace_back([&context] { context.run(); });
  }

  App::Parts& p_;
  bool is_on_hold_ = false;
  bool has_internal_ = false;
};

/// While it serves: a hold that another process ended, and the read counts.
ports::Task<void> tend(App::Parts& parts) {
  constexpr int kTicksPerFlush = 10;
  for (int tick = 1;; ++tick) {
    co_await parts.clock->sleep_until(parts.clock->boot_now() + model::Seconds{1});
    if (auto installation = co_await parts.open.records->load_any<model::Installation>("installation"))
      parts.context->is_on_hold = installation->hold;
    if (tick % kTicksPerFlush == 0) (void)co_await parts.read_counts->flush();
  }
}

/// Requests first, then the refreshes they began: a refresh that was sent must be saved.
ports::Answer<void> drain(App::Parts& parts, adapters::system::SystemClock real) {
  const auto deadline = real.boot_now() + parts.config.drain_timeout;
  parts.outbound->stop();  // first: it ends the streams that follow events
  co_await parts.server->stop(parts.config.drain_timeout);
  const auto is_busy = [&] { return parts.refresher->running() > 0 || parts.outbound->under_way() > 0; };
  while (is_busy() && real.boot_now() < deadline) co_await real.sleep_until(real.boot_now() + model::Milliseconds{10});
  co_return co_await parts.read_counts->flush();
}

App::App(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
App::~App() = default;

Result<std::unique_ptr<App>> App::start(Config config, Doubles doubles) {
  auto parts = std::make_unique<Parts>(std::move(config));
  parts->clock = std::move(doubles.clock);
  if (auto started = AppStart(*parts).run(); !started) return fail(std::move(started.error()));
  return std::unique_ptr<App>(new App(std::move(parts)));
}

std::string App::url() const { return parts_->url; }

void App::stop() {
  auto& p = *parts_;
  p.service.draining = true;
  p.background->stop();
  p.validations->stop();
  // Real time, whatever the clock of a test does: the process must end.
  const adapters::system::SystemClock real;
  if (auto drained = block_on(drain(p, real)); !drained)
    p.log->write(ports::LogLevel::kWarning, "read counts were not written at the end", {{"cause", drained.error().detail}});
  if (p.refresher->running() > 0)
    p.log->write(ports::LogLevel::kWarning, "refreshes were still under way when the drain timeout ended",
                 {{"count", std::to_string(p.refresher->running())}});
  p.http_client.reset();
  p.guards.clear();
  for (auto& context : p.serving) context->stop();
  p.working.stop();
  for (auto& thread : p.threads) thread.join();
  p.threads.clear();
}

}  // namespace valetkey
