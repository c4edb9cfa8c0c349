#pragma once
#include <atomic>
#include <boost/asio/io_context.hpp>
#include <memory>
#include <mutex>
#include <vector>

#include "adapters/upstream/names.hpp"
#include "adapters/upstream/pool.hpp"
#include "adapters/upstream/settings.hpp"
#include "adapters/upstream/tls.hpp"
#include "ports/clock.hpp"

namespace valetkey::adapters::upstream {

struct Call;

/// What all contexts share; immutable, or for all threads.
struct Shared {
  Shared(Settings settings_in, ports::Clock& clock_in)
      : settings(std::move(settings_in)),
        clock(clock_in),
        tls(settings.ca_file),
        names(settings.resolver) {}

  const Settings settings;
  ports::Clock& clock;
  TlsClient tls;
  Names names;
};

/// Lets another thread post to a context for as long as that exists.
struct Gate {
  std::mutex mutex;
  boost::asio::io_context* context;  ///< null: closed
};

/// Everything of one context: its kept connections and the calls under way. Used in its thread only. Owned by its sweep and by its
/// calls, whose frames are the context's, so that no socket outlives that.
class Lane {
 public:
  Lane(boost::asio::io_context& context_in, std::shared_ptr<Shared> shared_in);
  ~Lane();
  Lane(const Lane&) = delete;
  Lane& operator=(const Lane&) = delete;

  /// A call that the sweep looks at, until it is left out again.
  void watch(Call& call);
  void unwatch(Call& call);
  void sweep(model::BootTime now);
  [[nodiscard]] model::BootTime now() const { return shared->clock.boot_now(); }

  boost::asio::io_context& context;
  const std::shared_ptr<Shared> shared;
  const std::shared_ptr<Gate> gate;
  TlsSessions sessions;  // before the connections that refer to it
  Pool pool;
  std::atomic<bool> is_over = false;  ///< set when the adapter ends: the sweep follows

 private:
  std::vector<Call*> calls_;
};

/// Once a second until the lane is over.
ports::Task<void> sweep(std::shared_ptr<Lane> lane);

}  // namespace valetkey::adapters::upstream
