#include "events/delivery/breaker.hpp"

#include <algorithm>
#include <array>

namespace valetkey::events {
namespace {

constexpr int kMostFailures = 5;
constexpr std::array<model::Milliseconds, 4> kWaits{std::chrono::seconds{30}, std::chrono::minutes{2}, std::chrono::minutes{10},
                                                    std::chrono::minutes{30}};

}  // namespace

std::string_view to_string(BreakerState state) {
  switch (state) {
    case BreakerState::kClosed: return "closed";
    case BreakerState::kOpen: return "open";
    case BreakerState::kHalfOpen: return "half_open";
  }
  return "closed";
}

Breaker::Permit Breaker::ask(model::BootTime now) {
  if (state_ == BreakerState::kClosed) return Permit::kSend;
  if (state_ == BreakerState::kHalfOpen || now < open_until_) return Permit::kWait;
  state_ = BreakerState::kHalfOpen;
  return Permit::kProbe;
}

void Breaker::succeeded() { *this = Breaker(); }

void Breaker::failed(Permit permit, model::BootTime now, double fraction) {
  ++failures_;
  // Others that were under way when it opened tell nothing new.
  const bool opens = state_ == BreakerState::kClosed ? failures_ >= kMostFailures : permit == Permit::kProbe;
  if (!opens) return;
  const auto wait = kWaits[step_];
  step_ = std::min(step_ + 1, kWaits.size() - 1);
  state_ = BreakerState::kOpen;
  open_until_ = now + wait + model::Milliseconds{static_cast<std::int64_t>(static_cast<double>(wait.count()) * 0.1 * fraction)};
}

void Breaker::returned(Permit permit) {
  if (permit == Permit::kProbe && state_ == BreakerState::kHalfOpen) state_ = BreakerState::kOpen;
}

Breaker::Permit Breakers::ask(const model::DestinationId& destination, model::BootTime now) {
  const std::lock_guard lock(mutex_);
  const auto found = breakers_.find(destination);
  return found == breakers_.end() ? Breaker::Permit::kSend : found->second.ask(now);
}

void Breakers::succeeded(const model::DestinationId& destination) {
  const std::lock_guard lock(mutex_);
  breakers_.erase(destination);
}

void Breakers::failed(const model::DestinationId& destination, Breaker::Permit permit, model::BootTime now, double fraction) {
  const std::lock_guard lock(mutex_);
  breakers_[destination].failed(permit, now, fraction);
}

void Breakers::returned(const model::DestinationId& destination, Breaker::Permit permit) {
  const std::lock_guard lock(mutex_);
  if (const auto found = breakers_.find(destination); found != breakers_.end()) found->second.returned(permit);
}

BreakerState Breakers::state(const model::DestinationId& destination) const {
  const std::lock_guard lock(mutex_);
  const auto found = breakers_.find(destination);
  return found == breakers_.end() ? BreakerState::kClosed : found->second.state();
}

model::BootTime Breakers::open_until(const model::DestinationId& destination) const {
  const std::lock_guard lock(mutex_);
  const auto found = breakers_.find(destination);
  return found == breakers_.end() ? model::BootTime{} : found->second.open_until();
}

std::int64_t Breakers::open_ones() const {
  const std::lock_guard lock(mutex_);
  return std::ranges::count_if(breakers_, [](const auto& entry) { return entry.second.state() != BreakerState::kClosed; });
}

}  // namespace valetkey::events
