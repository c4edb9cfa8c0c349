#pragma once
#include <cstdint>
#include <mutex>
#include <string_view>
#include <unordered_map>

#include "model/id.hpp"
#include "model/time.hpp"

namespace valetkey::events {

enum class BreakerState { kClosed, kOpen, kHalfOpen };
std::string_view to_string(BreakerState state);

/// The breaker of one destination: after 5 failures in a row nothing is sent for 30 s, 2 min, 10 min, then 30 min each, and then one
/// delivery, the probe, until one succeeds.
class Breaker {
 public:
  enum class Permit { kSend, kProbe, kWait };
  /// The answer of what may be sent now; who gets kProbe tells how it ended.
  Permit ask(model::BootTime now);
  void succeeded();
  /// `permit`: what ask() said to the one that failed. `fraction` in [0, 1) is for jitter.
  void failed(Permit permit, model::BootTime now, double fraction);
  /// The probe was not sent.
  void returned(Permit permit);

  [[nodiscard]] BreakerState state() const { return state_; }
  [[nodiscard]] model::BootTime open_until() const { return open_until_; }

 private:
  BreakerState state_ = BreakerState::kClosed;
  int failures_ = 0;  // in a row
  std::size_t step_ = 0;
  model::BootTime open_until_{};
};

/// The breakers of all destinations on this node; those that are closed and without failures cost nothing. Thread safe.
class Breakers {
 public:
  Breaker::Permit ask(const model::DestinationId& destination, model::BootTime now);
  void succeeded(const model::DestinationId& destination);
  void failed(const model::DestinationId& destination, Breaker::Permit permit, model::BootTime now, double fraction);
  void returned(const model::DestinationId& destination, Breaker::Permit permit);
  [[nodiscard]] BreakerState state(const model::DestinationId& destination) const;
  [[nodiscard]] model::BootTime open_until(const model::DestinationId& destination) const;
  [[nodiscard]] std::int64_t open_ones() const;

 private:
  mutable std::mutex mutex_;
  std::unordered_map<model::DestinationId, Breaker> breakers_;  // guarded by mutex_
};

}  // namespace valetkey::events
