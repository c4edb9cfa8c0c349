#pragma once
#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <vector>

#include "ports/event_bus.hpp"

namespace valetkey::test {

/// Keeps what is published: "table tenant id", or "everything" for a null change. Nobody can subscribe.
class RecordingBus final : public ports::EventBus {
 public:
  std::shared_ptr<void> subscribe(std::function<void(const ports::Change*)>) override { return {}; }

  void publish(const ports::Change* change) override {
    const std::lock_guard lock(mutex_);
    if (change == nullptr) published_.emplace_back("everything");
    else published_.push_back(std::string(model::facts(change->kind).table) + " " + change->tenant + " " + change->id);
    changed_.notify_all();
  }

  std::vector<std::string> published() {
    const std::lock_guard lock(mutex_);
    return published_;
  }
  void clear() {
    const std::lock_guard lock(mutex_);
    published_.clear();
  }
  /// Waits for `line`; false after ten seconds, which only a failure takes.
  bool waits_for(const std::string& line) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(10), [&] { return std::ranges::find(published_, line) != published_.end(); });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> published_;
};

}  // namespace valetkey::test
