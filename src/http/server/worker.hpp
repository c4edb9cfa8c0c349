#pragma once
#include <boost/asio/io_context.hpp>
#include <functional>
#include <list>
#include <memory>

#include "http/server/session.hpp"

namespace valetkey::http::server {

/// The connections of one context. All but the constructor and context() is called in the thread of the context.
class Worker {
 public:
  /// `ended` is called after each connection; it owns what this and the rules live in.
  Worker(boost::asio::io_context& context, Rules& rules, std::function<void()> ended)
      : context_(context),
        rules_(rules),
        ended_(std::move(ended)) {}

  [[nodiscard]] boost::asio::io_context& context() const { return context_; }
  /// Serves a connection until it ends. Beyond the limit the longest idle one of this context gives way, or else the new one.
  void adopt(std::unique_ptr<Transport> transport, Listener listener, std::shared_ptr<void> keep_alive);
  /// Ends what is overdue.
  void sweep(model::BootTime now);
  /// Ends what is idle (drain), or everything.
  void close_idle();
  void close_all();

 private:
  bool close_longest_idle();
  template <class Act>
  void for_each(Act act);

  boost::asio::io_context& context_;
  Rules& rules_;
  std::function<void()> ended_;
  std::list<Session*> sessions_;  // owned by their coroutines, so that nothing outlives the context
};

}  // namespace valetkey::http::server
