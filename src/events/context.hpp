#pragma once
#include <boost/asio/any_io_executor.hpp>

#include "ports/clock.hpp"
#include "ports/event_bus.hpp"
#include "ports/http_client.hpp"
#include "ports/log.hpp"
#include "ports/metrics.hpp"
#include "ports/random.hpp"
#include "ports/store.hpp"
#include "vault/key_ring.hpp"
#include "vault/records.hpp"

namespace valetkey::events {

/// What webhooks, the outbox and deliveries work with. Owned by the application, outlives every task.
struct Context {
  vault::Records& records;
  vault::KeyRing& keys;
  ports::HttpClient& http;
  ports::Clock& clock;
  ports::Random& random;
  ports::Metrics& metrics;
  ports::Log& log;
  ports::EventBus& bus;
  boost::asio::any_io_executor executor;  ///< one thread: where publisher, dispatcher and sender run

  [[nodiscard]] ports::Store& store() const { return records.store(); }
};

}  // namespace valetkey::events
