#pragma once
#include "events/outbox/attribution.hpp"
#include "events/outbox/request_events.hpp"
#include "events/rounds.hpp"

namespace valetkey::events {

/// From the inbox to the outbox: takes received requests that are due, finds the connections of their messages, and writes their events
/// and the request's new state in one unit. A request is compared and set, and its events have ids of their own, so that each is
/// published once, however many nodes try.
class Publisher {
 public:
  struct Hooks {
    UsersOf users_of;
    /// The messages of a request that could not be parsed; an error: it still cannot.
    std::function<ports::Answer<std::vector<StoredMessage>>(const model::ReceivedRequest&)> parse_again;
  };
  Publisher(Context& context, Hooks hooks);

  /// Something may be due. Thread safe.
  void wake() { rounds_.ask(); }
  void stop() { rounds_.stop(); }

  /// One batch of what is due; answers how many it took.
  ports::Answer<int> publish_due();
  /// Looks again at the messages of a credential that had no connection, for one that has appeared or changed its user.
  ports::Answer<void> match(const model::Connection& connection);

 private:
  struct Work;

  ports::Task<void> round();
  ports::Task<void> take(model::ReceivedRequest request);
  ports::Answer<void> publish(Work work);
  ports::Answer<bool> add_events(Work& work, std::size_t index);
  ports::Answer<std::vector<std::string>> users_of(const Work& work, std::size_t index);
  ports::Answer<void> look_once_more(const Work& work);
  ports::Answer<void> match_one(model::ReceivedRequest request, const model::Connection& connection);
  ports::Answer<void> put_off(model::ReceivedRequest request, model::RequestState state, std::string_view code);
  ports::Answer<void> save(Work& work);

  Context& context_;
  Hooks hooks_;
  std::shared_ptr<void> subscription_;
  Rounds rounds_;
};

/// How long an unparsed request waits after `failures` in a row: 1 min, doubled each time, at most 6 h.
model::Seconds wait_to_parse(int failures);

}  // namespace valetkey::events
