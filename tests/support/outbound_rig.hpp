#pragma once
#include <boost/json.hpp>
#include <deque>

#include "events/delivery/destinations.hpp"
#include "events/ingress/stored_request.hpp"
#include "events/outbound.hpp"
#include "support/store_rig.hpp"
#include "vault/places.hpp"

namespace valetkey::test {

/// Receivers of deliveries by URL, on the clock of the test.
class Receivers final : public ports::HttpClient {
 public:
  explicit Receivers(ports::Clock& clock) : clock_(clock) {}

  struct Answer {
    int status = 200;
    ports::Headers headers{};
    std::string body{};
    bool is_not_sent = false;
    bool is_lost = false;
    model::Milliseconds delay{0};
  };
  struct Seen {
    ports::HttpRequest request;
    model::WallTime at{};
    [[nodiscard]] std::string header(std::string_view name) const {
      for (const auto& [key, value] : request.headers)
        if (key == name) return value;
      return {};
    }
    [[nodiscard]] boost::json::object body() const { return boost::json::parse(request.body).as_object(); }
  };

  ports::Task<std::expected<ports::HttpResponse, ports::HttpFailure>> send(ports::HttpRequest request) override {
    const auto url = request.url;
    seen.push_back({request, clock_.wall_now()});
    most_at_once[url] = std::max(most_at_once[url], ++at_once_[url]);
    auto answer = next(url);
    if (answer.delay.count() > 0) co_await clock_.sleep_until(clock_.boot_now() + answer.delay);
    --at_once_[url];
    if (answer.is_not_sent)
      co_return std::unexpected(ports::HttpFailure{ports::SendState::kNotSent, {model::Code::kProviderUnavailable, ""}});
    if (answer.is_lost) co_return std::unexpected(ports::HttpFailure{ports::SendState::kSent, {model::Code::kOutcomeUnknown, ""}});
    co_return ports::HttpResponse{answer.status, answer.headers, answer.body};
  }

  [[nodiscard]] std::vector<Seen> at(const std::string& url) const {
    std::vector<Seen> out;
    for (const auto& each : seen)
      if (each.request.url == url) out.push_back(each);
    return out;
  }

  std::vector<Seen> seen;
  std::map<std::string, std::deque<Answer>> script;  ///< used up first
  std::map<std::string, Answer> otherwise;           ///< after the script; 200
  std::map<std::string, int> most_at_once;

 private:
  Answer next(const std::string& url) {
    auto& queue = script[url];
    if (queue.empty()) return otherwise[url];
    auto answer = queue.front();
    queue.pop_front();
    return answer;
  }

  ports::Clock& clock_;
  std::map<std::string, int> at_once_;
};

/// The way out on one thread: a real store, a stepped clock, receivers that do what a test wants.
class OutboundRig {
 public:
  OutboundRig() { open(); }
  OutboundRig(const OutboundRig&) = delete;
  OutboundRig& operator=(const OutboundRig&) = delete;
  ~OutboundRig() { close(); }

  /// Everything that a crash takes away, and a new process on the same files.
  void restart() {
    close();
    base.restart();
    open();
  }

  template <class T>
  T value_of(ports::Answer<T> task) {
    return StoreRig::must(run(*base.world, std::move(task)));
  }
  void done(ports::Answer<void> task) { StoreRig::must(run(*base.world, std::move(task))); }

  model::Destination destination(std::string name, std::string filter = "{}") {
    const auto body = boost::json::parse(R"({"name":")" + name + R"(","url":")" + url(name) + R"(","filter":)" + filter + "}");
    auto made = value_of(events::DestinationRecords(*context, *outbound).create(base.tenant, body.as_object(), {}));
    secrets[name] = made.secret;
    return made.destination;
  }
  static std::string url(const std::string& name) { return "https://" + name + ".example/hook"; }

  /// An event of the broker, in the outbox; answers its id.
  std::string emit(std::string type = "connection.created", std::string payload = "{}", std::string connection = "") {
    base.clock.advance(model::Milliseconds{1});  // ids sort by birth
    model::Event event{.id = ports::new_id<model::EventId>(base.clock, base.random), .tenant = base.tenant, .type = std::move(type)};
    event.credential = credential.str();
    event.connection = std::move(connection);
    event.payload = std::move(payload);
    event.occurred_at = base.clock.wall_now();
    done(base.store->apply({.events = {event}}));
    return event.id.str();
  }
  /// A verified request in the inbox.
  model::ReceivedRequest receive(std::vector<events::StoredMessage> messages, model::ConnectionId connection = {}) {
    model::ReceivedRequest request{.id = ports::new_id<model::RequestId>(base.clock, base.random), .tenant = base.tenant};
    request.endpoint = model::EndpointId{"ep_1"};
    request.credential = credential;
    request.connection = std::move(connection);
    request.integration = "sim";
    request.verification = "preset/sim";
    request.received_at = base.clock.wall_now();
    request.due_at = request.received_at;
    done(events::seal_messages(*base.keys, request, messages));
    done(base.store->apply({.writes = {base.records->put(request)}}));
    return request;
  }
  model::Connection connection_of(std::string user, model::ConnectionState state = model::ConnectionState::kActive,
                                  std::string end_user = "u") {
    base.clock.advance(model::Milliseconds{1});
    model::Connection connection{.id = ports::new_id<model::ConnectionId>(base.clock, base.random), .tenant = base.tenant};
    connection.credential = credential;
    connection.end_user.id = std::move(end_user);
    connection.app_user_id = std::move(user);
    connection.state = state;
    connection.created_at = base.clock.wall_now();
    done(base.store->apply({.writes = {base.records->put(connection)}}));
    return connection;
  }

  /// Whatever can happen now has happened.
  void settle() {
    outbound->publisher().wake();
    outbound->dispatcher().wake();
    outbound->sender().wake();
    base.settle();
  }
  /// Time goes on, second by second.
  void pass(model::Seconds time) {
    for (model::Seconds passed{0}; passed < time; passed += model::Seconds{1}) {
      base.clock.advance(model::Seconds{1});
      settle();
    }
  }
  /// Time goes on at once.
  void jump(model::Milliseconds time) {
    base.clock.advance(time);
    settle();
  }

  std::vector<model::Event> all_events() { return value_of(base.store->events({.tenant = base.tenant.str(), .limit = 1000})); }
  std::vector<model::Delivery> deliveries() {
    return value_of(base.records->find<model::Delivery>({.tenant = base.tenant.str(), .limit = 1000}));
  }
  template <class Record>
  Record load(const std::string& id) {
    return value_of(base.records->load_any<Record>(id));
  }

  StoreRig base;
  const model::CredentialId credential{"cred_1"};
  Receivers receivers{base.clock};
  events::Publisher::Hooks hooks;
  events::SenderSettings sender;
  std::map<std::string, model::Secret> secrets;
  std::unique_ptr<events::Context> context;
  std::unique_ptr<events::Outbound> outbound;

 private:
  void open() {
    context.reset(new events::Context{*base.records, *base.keys, receivers, base.clock, base.random, base.metrics, base.log, base.bus,
                                      base.world->get_executor()});
    outbound = std::make_unique<events::Outbound>(*context, hooks, events::Outbound::Settings{.sender = sender});
  }
  void close() {
    outbound->stop();
    base.settle();
    outbound.reset();
  }
};

}  // namespace valetkey::test
