#include "events/outbox/publisher.hpp"

#include <algorithm>

#include "events/ingress/stored_request.hpp"
#include "model/enum_spelling.hpp"
#include "model/json_reader.hpp"

namespace valetkey::events {
namespace {

constexpr int kMostDue = 256;
constexpr model::Seconds kFirstWait{60};
constexpr model::Seconds kLongestWait{6 * 3600};

}  // namespace

/// A request on its way to the outbox.
struct Publisher::Work {
  model::ReceivedRequest request;
  std::vector<StoredMessage> messages{};
  std::vector<std::vector<std::string>> users{};  ///< of each message
  ports::Unit unit{};
};

model::Seconds wait_to_parse(int failures) {
  auto wait = kFirstWait;
  for (int i = 1; i < failures && wait < kLongestWait; ++i) wait *= 2;
  return std::min(wait, kLongestWait);
}

Publisher::Publisher(Context& context, Hooks hooks)
    : context_(context),
      hooks_(std::move(hooks)),
      rounds_(context.executor, [this] { return round(); }) {
  subscription_ = context.bus.subscribe([this](const ports::Change* change) {
    if (change == nullptr || change->kind == model::Kind::kReceivedRequest) wake();
  });
}

ports::Task<void> Publisher::round() {
  auto taken = co_await publish_due();
  if (!taken)
    context_.log.write(ports::LogLevel::kWarning, "received requests cannot be read, they are tried again",
                       {{"cause", taken.error().detail}});
  else if (*taken == kMostDue) wake();
}

ports::Answer<int> Publisher::publish_due() {
  auto due = co_await context_.records.find<model::ReceivedRequest>(
      {.at_most = {{"due_at", model::to_unix_ms(context_.clock.wall_now())}}, .limit = kMostDue, .by_due = true});
  if (!due) co_return model::fail(std::move(due.error()));
  std::vector<ports::Task<void>> all;
  for (auto& request : *due) all.push_back(take(std::move(request)));
  const auto count = static_cast<int>(all.size());
  co_await side_by_side(std::move(all));
  co_return count;
}

ports::Task<void> Publisher::take(model::ReceivedRequest request) {
  const auto id = request.id;
  const auto state = request.state;
  auto before = request;
  Work work{std::move(request)};
  if (state == model::RequestState::kUnparsed) {
    auto messages = co_await hooks_.parse_again(work.request);
    if (!messages && model::is_store_down(messages.error())) co_return;
    if (!messages) {
      (void)co_await put_off(std::move(before), state, model::facts(messages.error().code).code);
      co_return;
    }
    // Sealed, and read as it will be read again.
    auto sealed = co_await seal_messages(context_.keys, work.request, *messages);
    if (!sealed) co_return;
  }
  auto published = co_await publish(std::move(work));
  if (published || published.error().code == model::Code::kPreconditionFailed || published.error().code == model::Code::kConflict)
    co_return;
  context_.log.write(ports::LogLevel::kWarning, "a received request could not be published, it is tried again",
                     {{"request", id.str()}, {"cause", published.error().detail}});
  // What does not open or cannot be mapped now is not looked at in each round.
  if (!model::is_store_down(published.error())) (void)co_await put_off(std::move(before), state, model::facts(published.error().code).code);
}

ports::Answer<void> Publisher::put_off(model::ReceivedRequest request, model::RequestState state, std::string_view code) {
  ports::Unit unit;
  unit.preconditions.emplace_back(vault::Records::unchanged(request));
  request.state = state;
  ++request.failures;
  request.last_error = code;
  request.due_at = context_.clock.wall_now() + wait_to_parse(request.failures);
  unit.writes.emplace_back(context_.records.put(request));
  context_.metrics.count("valetkey_requests_put_off_total", state == model::RequestState::kUnparsed ? "unparsed" : "unpublished");
  co_return co_await context_.store().apply(std::move(unit));
}

ports::Answer<void> Publisher::publish(Work work) {
  auto messages = co_await open_messages(context_.keys, work.request);
  if (!messages) co_return model::fail(std::move(messages.error()));
  work.messages = std::move(*messages);
  bool is_all_matched = true;
  bool is_some_matched = false;
  for (std::size_t i = 0; i < work.messages.size(); ++i) {
    auto matched = co_await add_events(work, i);
    if (!matched) co_return model::fail(std::move(matched.error()));
    work.messages[i].has_connection = *matched;
    is_all_matched = is_all_matched && *matched;
    is_some_matched = is_some_matched || *matched;
  }
  // An endpoint of one connection has no other to wait for.
  const bool waits = !is_all_matched && work.request.connection.empty();
  work.request.state = waits ? model::RequestState::kUnmatched : model::RequestState::kPublished;
  if (waits && is_some_matched)
    if (auto sealed = co_await seal_messages(context_.keys, work.request, work.messages); !sealed) co_return sealed;
  auto saved = co_await save(work);
  if (saved && waits) co_return co_await look_once_more(work);
  co_return saved;
}

/// A connection that appeared after it was looked for, and before the request was known to wait for one, was passed by match() in vain.
ports::Answer<void> Publisher::look_once_more(const Work& work) {
  for (std::size_t i = 0; i < work.messages.size(); ++i) {
    if (work.messages[i].has_connection) continue;
    auto connections = co_await connections_of(context_, work.request, work.users[i]);
    if (!connections) co_return model::fail(std::move(connections.error()));
    for (const auto& connection : *connections) {
      auto request = co_await context_.records.load<model::ReceivedRequest>(work.request.tenant, work.request.id.str());
      if (!request) co_return model::fail(std::move(request.error()));
      if (auto matched = co_await match_one(std::move(*request), connection); !matched) co_return matched;
    }
  }
  co_return model::Result<void>{};
}

ports::Answer<void> Publisher::save(Work& work) {
  auto& request = work.request;
  request.due_at = std::nullopt;
  request.failures = 0;
  request.last_error.clear();
  work.unit.preconditions.emplace_back(vault::Records::unchanged(request));
  work.unit.writes.emplace_back(context_.records.put(request));
  const auto events = static_cast<std::int64_t>(work.unit.events.size());
  auto saved = co_await context_.store().apply(std::move(work.unit));
  if (saved)
    context_.metrics.count("valetkey_events_published_total", request.kind == model::RequestKind::kAction ? "action" : "webhook", events);
  co_return saved;
}

/// Whether the message has a connection.
ports::Answer<bool> Publisher::add_events(Work& work, std::size_t index) {
  auto users = co_await users_of(work, index);
  if (!users) co_return model::fail(std::move(users.error()));
  auto connections = co_await connections_of(context_, work.request, *users);
  if (!connections) co_return model::fail(std::move(connections.error()));
  work.users.push_back(std::move(*users));
  std::vector<const model::Connection*> targets;
  for (const auto& connection : *connections) targets.push_back(&connection);
  if (targets.empty()) targets.push_back(nullptr);
  for (const auto* connection : targets) {
    auto event = co_await request_event(context_, {work.request, work.messages[index], index, connection});
    if (!event) co_return model::fail(std::move(event.error()));
    work.unit.events.push_back(std::move(*event));
  }
  co_return !connections->empty();
}

ports::Answer<std::vector<std::string>> Publisher::users_of(const Work& work, std::size_t index) {
  const auto& stored = work.messages[index];
  if (!hooks_.users_of || !work.request.connection.empty()) co_return stored.message.app_user_ids;
  auto message = stored.message;
  if (auto payload = model::parse_json(stored.payload)) message.event_payload = std::move(*payload);
  co_return co_await hooks_.users_of(work.request, message);
}

ports::Answer<void> Publisher::match(const model::Connection& connection) {
  if (connection.app_user_id.empty() || !takes_events(connection)) co_return model::Result<void>{};
  ports::Query query{
      .equal = {{"credential", connection.credential.str()}, {"state", std::string(model::spelling(model::RequestState::kUnmatched))}}};
  for (bool is_last = false; !is_last;) {
    auto page = co_await context_.records.find<model::ReceivedRequest>(query);
    if (!page) co_return model::fail(std::move(page.error()));
    is_last = std::cmp_less(page->size(), query.limit);
    for (auto& request : *page) {
      query.after = request.id.str();
      auto matched = co_await match_one(std::move(request), connection);
      if (!matched && model::is_store_down(matched.error())) co_return matched;
      if (!matched)
        context_.log.write(ports::LogLevel::kWarning, "a request without a connection could not be looked at again",
                           {{"request", query.after}, {"cause", matched.error().detail}});
    }
  }
  co_return model::Result<void>{};
}

ports::Answer<void> Publisher::match_one(model::ReceivedRequest request, const model::Connection& connection) {
  if (request.tenant != connection.tenant) co_return model::Result<void>{};
  Work work{std::move(request)};
  auto messages = co_await open_messages(context_.keys, work.request);
  if (!messages) co_return model::fail(std::move(messages.error()));
  work.messages = std::move(*messages);
  for (std::size_t i = 0; i < work.messages.size(); ++i) {
    auto& message = work.messages[i];
    if (message.has_connection) continue;
    auto users = co_await users_of(work, i);
    if (!users) co_return model::fail(std::move(users.error()));
    if (std::ranges::find(*users, connection.app_user_id) == users->end()) continue;
    auto event = co_await matched_event(context_, {work.request, message, i, &connection});
    if (!event) co_return model::fail(std::move(event.error()));
    work.unit.events.push_back(std::move(*event));
    message.has_connection = true;
  }
  if (work.unit.events.empty()) co_return model::Result<void>{};
  const bool is_done = std::ranges::all_of(work.messages, &StoredMessage::has_connection);
  if (is_done) work.request.state = model::RequestState::kPublished;
  else if (auto sealed = co_await seal_messages(context_.keys, work.request, work.messages); !sealed) co_return sealed;
  auto saved = co_await save(work);
  // Another node was faster.
  if (!saved && (saved.error().code == model::Code::kPreconditionFailed || saved.error().code == model::Code::kConflict))
    co_return model::Result<void>{};
  co_return saved;
}

}  // namespace valetkey::events
