#pragma once
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "adapters/upstream/settings.hpp"

namespace valetkey::adapters::upstream {

/// The system's resolver.
model::Result<Addresses> system_addresses(const std::string& host);

/// Resolves names on threads of its own, which are made when all others are busy: one server of names that does not answer holds up
/// no other look-up.
class Names {
 public:
  explicit Names(Resolver resolver);
  /// Waits for the look-ups under way; those that wait are dropped.
  ~Names();
  Names(const Names&) = delete;
  Names& operator=(const Names&) = delete;

  struct Job {
    std::string host;
    std::weak_ptr<void> asker;  ///< gone: nobody wants to know any more
    /// Called on one of the threads.
    std::move_only_function<void(model::Result<Addresses>)> done;
  };
  void resolve(Job job);

 private:
  void work();

  Resolver resolver_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Job> jobs_;
  std::size_t idle_ = 0;
  bool is_over_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace valetkey::adapters::upstream
