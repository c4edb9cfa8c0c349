#pragma once
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <memory>
#include <thread>
#include <vector>

#include "adapters/curl/curl_http_client.hpp"
#include "adapters/javascriptcore/javascriptcore_engine.hpp"
#include "adapters/local_bus/local_bus.hpp"
#include "adapters/prometheus/prometheus_metrics.hpp"
#include "adapters/spdlog/spdlog_log.hpp"
#include "adapters/system/file_rescue.hpp"
#include "adapters/system/system_random.hpp"
#include "adapters/upstream/asio_upstream.hpp"
#include "app.hpp"
#include "calls/account_calls.hpp"
#include "calls/account_requests.hpp"
#include "events/endpoints/endpoint_records.hpp"
#include "events/ingress/ingress.hpp"
#include "events/outbound.hpp"
#include "http/authentication.hpp"
#include "http/dispatcher.hpp"
#include "http/idempotency.hpp"
#include "http/resources/read_counts.hpp"
#include "http/router.hpp"
#include "http/server/server.hpp"
#include "http/service.hpp"
#include "model/catalogue.hpp"
#include "oauth/authorization_flow.hpp"
#include "oauth/background.hpp"
#include "oauth/connections.hpp"
#include "oauth/tokens.hpp"
#include "oauth/validations.hpp"
#include "open_store.hpp"
#include "serve_lock.hpp"
#include "services/accounts/accounts.hpp"
#include "services/http_service.hpp"
#include "services/library/own_services.hpp"
#include "services/library/preset_library.hpp"
#include "services/script/script_services.hpp"
#include "services/services.hpp"

namespace valetkey {

/// Everything the broker is made of, in the order it is made; it ends in the reverse order. Contexts come first, since suspended
/// coroutines must not outlive them.
struct App::Parts {
  explicit Parts(Config settings) : config(std::move(settings)) {}

  Config config;
  std::vector<std::unique_ptr<boost::asio::io_context>> serving;  ///< one per thread
  boost::asio::io_context working;                                ///< the engine's own tasks

  std::shared_ptr<ports::Clock> clock;
  adapters::system::SystemRandom random;
  std::unique_ptr<adapters::spdlog::SpdlogLog> log;
  std::unique_ptr<adapters::prometheus::PrometheusMetrics> metrics;
  adapters::local_bus::LocalBus bus;
  std::unique_ptr<ServeLock> lock;
  OpenStore open;
  model::Catalogue catalogue;
  std::unique_ptr<adapters::system::FileRescue> rescue;
  http::ServiceState service;
  http::Router router;
  std::unique_ptr<http::server::Server> server;
  std::string url;
  std::unique_ptr<adapters::curl::CurlHttpClient> http_client;
  std::unique_ptr<adapters::upstream::AsioUpstream> upstream;
  std::unique_ptr<adapters::javascriptcore::JavaScriptCoreEngine> scripts;
  services::PresetLibrary presets;
  std::unique_ptr<services::Services> services;
  std::unique_ptr<services::OwnServices> own_services;
  std::unique_ptr<services::ScriptServices> script_services;
  std::unique_ptr<services::HttpService> http_services;

  std::unique_ptr<oauth::Context> context;
  std::unique_ptr<oauth::Refresher> refresher;
  std::unique_ptr<oauth::Tokens> tokens;
  std::unique_ptr<calls::AccountCalls> calls;
  std::unique_ptr<calls::AccountRequests> account_requests;
  std::unique_ptr<services::Accounts> accounts;
  std::unique_ptr<oauth::Validations> validations;
  std::unique_ptr<oauth::Connections> connections;
  std::unique_ptr<oauth::ConnectSessions> sessions;
  std::unique_ptr<oauth::AuthorizationFlow> flow;
  std::unique_ptr<oauth::Background> background;
  std::unique_ptr<events::Context> events_context;
  std::unique_ptr<events::EndpointCache> endpoint_cache;
  std::unique_ptr<events::EndpointRecords> endpoint_records;
  std::unique_ptr<events::Ingress> ingress;
  std::unique_ptr<events::Outbound> outbound;
  std::unique_ptr<http::ReadCounts> read_counts;
  std::unique_ptr<http::Authentication> authentication;
  std::unique_ptr<http::Idempotency> idempotency;
  std::unique_ptr<http::Dispatcher> dispatcher;

  std::vector<boost::asio::executor_work_guard<boost::asio::io_context::executor_type>> guards;
  std::vector<std::thread> threads;
};

}  // namespace valetkey
