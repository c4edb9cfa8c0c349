#pragma once
#include <atomic>
#include <boost/asio/any_io_executor.hpp>
#include <functional>
#include <string>

#include "model/catalogue.hpp"
#include "model/connection.hpp"
#include "oauth/quotas.hpp"
#include "oauth/refresh_policy.hpp"
#include "oauth/request_budget.hpp"
#include "ports/clock.hpp"
#include "ports/http_client.hpp"
#include "ports/log.hpp"
#include "ports/metrics.hpp"
#include "ports/random.hpp"
#include "ports/rescue.hpp"
#include "ports/store.hpp"
#include "vault/key_ring.hpp"
#include "vault/records.hpp"

namespace valetkey::ports {
class ConfigServices;
}

namespace valetkey::oauth {

struct FlowSettings {
  std::string public_url;                       ///< origin of the callbacks, no trailing slash
  model::Seconds session_lifetime{15 * 60};     ///< of a connect link
  model::Seconds flow_lifetime{10 * 60};        ///< of one authorisation request
  model::Seconds confirm_lifetime{5 * 60};      ///< of a confirmation code (S7)
};

/// What the OAuth engine works with. Owned by the application, outlives every task.
struct Context {
  vault::Records& records;
  vault::KeyRing& keys;
  ports::HttpClient& http;
  ports::Clock& clock;
  ports::Random& random;
  ports::Metrics& metrics;
  ports::Log& log;
  ports::Rescue& rescue;
  const model::Catalogue& catalogue;
  boost::asio::any_io_executor executor;  ///< where detached work runs
  RefreshSettings refresh;
  FlowSettings flow;
  std::string owner;                      ///< random boot id: who holds a lease
  Quotas quotas{};
  RequestBudget budget{};
  std::atomic<bool> is_on_hold{false};    ///< exchanges nothing (DESIGN 5.8)
  ports::ConfigServices* services = nullptr;  ///< set before anything is asked; null: no credential has any
  std::function<void(const model::Connection&)> after_connecting{};  ///< an account was connected, and is stored; may be empty

  [[nodiscard]] ports::Store& store() const { return records.store(); }
};

}  // namespace valetkey::oauth
