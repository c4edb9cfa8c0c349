#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/this_coro.hpp>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "ports/completion.hpp"

namespace valetkey::ports {

/// One piece of work per key at a time, in this process. The work is a detached task owned by the flight: a caller that leaves cancels
/// only its own wait. Everyone who asks while it runs gets the same answer. Thread safe.
template <class Value>
class SingleFlight {
  struct Entry;

 public:
  using Shared = std::shared_ptr<const Value>;

  /// Given to the work: answers all who wait now and all who come while the work goes on (a save that is retried).
  class Settle {
   public:
    void operator()(Value value) const { flight_->settle(*entry_, std::make_shared<const Value>(std::move(value))); }

   private:
    friend SingleFlight;
    Settle(SingleFlight* flight, std::shared_ptr<Entry> entry) : flight_(flight), entry_(std::move(entry)) {}
    SingleFlight* flight_;
    std::shared_ptr<Entry> entry_;
  };

  using Work = std::function<Task<Value>(Settle)>;

  /// Work runs on the executor of whoever starts it.
  SingleFlight() = default;
  explicit SingleFlight(boost::asio::any_io_executor executor) : executor_(std::move(executor)) {}

  /// The answer of the work that runs for `key`, or of `work` when none does. `work` must not throw.
  Task<Shared> run(std::string key, Work work) {
    std::shared_ptr<Entry> started;
    std::shared_ptr<Entry> entry;
    {
      const std::lock_guard lock(mutex_);
      auto& slot = entries_[key];
      if (!slot) started = slot = std::make_shared<Entry>();
      entry = slot;
    }
    if (started) {
      const auto executor = executor_ ? executor_ : co_await boost::asio::this_coro::executor;
      boost::asio::co_spawn(executor, work_for(std::move(key), started, std::move(work)), boost::asio::detached);
    }
    co_return co_await wait_for(entry);
  }

  [[nodiscard]] bool is_running(const std::string& key) const {
    const std::lock_guard lock(mutex_);
    return entries_.contains(key);
  }
  /// Works under way; 0 is what drain waits for.
  [[nodiscard]] std::size_t size() const {
    const std::lock_guard lock(mutex_);
    return entries_.size();
  }

 private:
  struct Entry {
    std::vector<Completion<Shared>> waiting;
    Shared settled;
  };
  /// Work that is dropped before its end (its executor is gone) drops those who wait: each of them holds on to the entry that holds it.
  struct Dropped {
    Entry& entry;
    ~Dropped() { std::exchange(entry.waiting, {}).clear(); }
  };

  Task<Shared> wait_for(std::shared_ptr<Entry> entry) {
    return completed_by<Shared>([this, entry = std::move(entry)](Completion<Shared> resume) {
      Shared ready;
      {
        const std::lock_guard lock(mutex_);
        if (!entry->settled) {
          entry->waiting.push_back(std::move(resume));
          return;
        }
        ready = entry->settled;
      }
      resume(std::move(ready));
    });
  }

  void settle(Entry& entry, Shared value) {
    std::vector<Completion<Shared>> waiting;
    {
      const std::lock_guard lock(mutex_);
      entry.settled = value;
      waiting.swap(entry.waiting);
    }
    for (auto& resume : waiting) resume(value);
  }

  Task<void> work_for(std::string key, std::shared_ptr<Entry> entry, Work work) {
    const Dropped dropped{*entry};
    auto value = co_await work(Settle(this, entry));
    {
      // Whoever comes from here on starts anew, and reads what was saved.
      const std::lock_guard lock(mutex_);
      entries_.erase(key);
    }
    settle(*entry, std::make_shared<const Value>(std::move(value)));
  }

  boost::asio::any_io_executor executor_;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, std::shared_ptr<Entry>> entries_;
};

}  // namespace valetkey::ports
