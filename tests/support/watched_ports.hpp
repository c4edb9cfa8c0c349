#pragma once
#include <atomic>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/this_coro.hpp>

#include "ports/rescue.hpp"
#include "ports/store.hpp"

namespace valetkey::test {

/// Counts the calls of one executor that wait for other threads: when there is none and the executor has nothing to run, nothing
/// happens any more until the clock is moved.
class Watch {
 public:
  boost::asio::any_io_executor executor;
  [[nodiscard]] bool is_waiting() const { return under_way_ > 0; }

  /// Runs `call`, which waits for another thread.
  template <class T>
  ports::Task<T> over(ports::Task<T> call) {
    const bool counts = co_await boost::asio::this_coro::executor == executor;
    const Guard guard(counts ? &under_way_ : nullptr);
    co_return co_await std::move(call);
  }

 private:
  /// Also when the executor is destroyed, and the coroutine with it.
  class Guard {
   public:
    explicit Guard(std::atomic<int>* count) : count_(count) {
      if (count_ != nullptr) ++*count_;
    }
    Guard(const Guard&) = delete;
    Guard& operator=(const Guard&) = delete;
    ~Guard() {
      if (count_ != nullptr) --*count_;
    }

   private:
    std::atomic<int>* count_;
  };

  std::atomic<int> under_way_{0};
};

class WatchedStore final : public ports::Store {
 public:
  WatchedStore(ports::Store& inner, Watch& watch) : inner_(inner), watch_(watch) {}
  ports::Answer<std::optional<model::Row>> get(model::Kind kind, std::string id) override {
    return watch_.over(inner_.get(kind, std::move(id)));
  }
  ports::Answer<std::vector<model::Row>> find(ports::Query query) override { return watch_.over(inner_.find(std::move(query))); }
  ports::Answer<std::int64_t> count(ports::Query query) override { return watch_.over(inner_.count(std::move(query))); }
  ports::Answer<void> apply(ports::Unit unit) override { return watch_.over(inner_.apply(std::move(unit))); }
  ports::Answer<std::vector<model::Event>> events(ports::EventQuery query) override { return watch_.over(inner_.events(std::move(query))); }
  ports::Answer<std::vector<model::AuditEntry>> audit(std::string tenant, std::int64_t after, int limit) override {
    return watch_.over(inner_.audit(std::move(tenant), after, limit));
  }

 private:
  ports::Store& inner_;
  Watch& watch_;
};

class WatchedRescue final : public ports::Rescue {
 public:
  WatchedRescue(ports::Rescue& inner, Watch& watch) : inner_(inner), watch_(watch) {}
  ports::Answer<void> keep(std::string name, std::string sealed) override {
    return watch_.over(inner_.keep(std::move(name), std::move(sealed)));
  }
  ports::Answer<std::vector<std::pair<std::string, std::string>>> all() override { return watch_.over(inner_.all()); }
  ports::Answer<void> drop(std::string name) override { return watch_.over(inner_.drop(std::move(name))); }

 private:
  ports::Rescue& inner_;
  Watch& watch_;
};

}  // namespace valetkey::test
