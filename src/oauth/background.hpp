#pragma once
#include <atomic>

#include "oauth/connect_sessions.hpp"
#include "oauth/refresher.hpp"

namespace valetkey::oauth {

struct Retention {
  model::Seconds idempotency{86'400};
  model::Seconds token_reads{400 * 86'400};
};

/// What the broker does by itself: refreshes what is due through the same guard as every reader, announces refresh tokens that end,
/// ends what nobody confirmed, erases what is past its retention, and moves fields away from retired data keys.
class Background {
 public:
  Background(Context& context, Refresher& refresher, Retention retention)
      : context_(context),
        refresher_(refresher),
        retention_(retention) {}

  /// Once a second on the clock port, until stop(). Never throws.
  ports::Task<void> run();
  void stop() { is_stopping_ = true; }

  /// One look at the grants that are due; answers how many refreshes it started. They go on by themselves.
  ports::Answer<int> refresh_due();
  /// One sweep of what has ended.
  ports::Task<void> sweep();

 private:
  ports::Task<void> look_after(model::Grant grant);
  ports::Answer<void> announce_expiring(const model::Grant& grant);
  ports::Answer<void> reseal_retired();

  Context& context_;
  Refresher& refresher_;
  Retention retention_;
  std::atomic<bool> is_stopping_{false};
};

}  // namespace valetkey::oauth
