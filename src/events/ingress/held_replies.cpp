#include "events/ingress/held_replies.hpp"

#include <boost/json/serialize.hpp>

#include "events/delivery/attempt.hpp"
#include "events/ingress/safe_reply.hpp"
#include "events/outbox/request_events.hpp"
#include "model/destination.hpp"
#include "model/records.hpp"

namespace valetkey::events {
namespace {

constexpr int kMostOfEndpoint = 32;
constexpr int kMostOfTenant = 256;
constexpr std::size_t kMostReplyBytes = 256 * 1024;
constexpr std::string_view kMetric = "valetkey_held_replies_total";

std::optional<services::Reply> read_reply(ports::HttpResponse answer) {
  if (answer.status != 200) return std::nullopt;
  services::Reply reply{.status = 200, .content_type = std::string(answer.header("content-type"))};
  if (!is_safe_content_type(reply.content_type)) return std::nullopt;
  reply.body = std::move(answer.body);
  return reply;
}

}  // namespace

/// A place among the held, for as long as one waits.
class HeldReplies::Hold {
 public:
  Hold(HeldReplies& all, const model::Endpoint& endpoint) : all_(all), endpoint_(endpoint.id.str()), tenant_(endpoint.tenant.str()) {
    const std::lock_guard lock(all_.mutex_);
    is_held_ = all_.held_[endpoint_] < kMostOfEndpoint && all_.held_[tenant_] < kMostOfTenant;
    add(is_held_ ? 1 : 0);
  }
  Hold(const Hold&) = delete;
  Hold& operator=(const Hold&) = delete;
  ~Hold() {
    const std::lock_guard lock(all_.mutex_);
    if (is_held_) add(-1);
  }
  [[nodiscard]] bool is_held() const { return is_held_; }

 private:
  void add(int by) {
    for (const auto& name : {endpoint_, tenant_})
      if ((all_.held_[name] += by) == 0) all_.held_.erase(name);
  }

  HeldReplies& all_;
  std::string endpoint_, tenant_;
  bool is_held_ = false;
};

ports::Answer<ports::HttpRequest> HeldReplies::request_for(const model::Endpoint& endpoint, const model::ReceivedRequest& request,
                                                           const StoredMessage& message) {
  auto destination = co_await context_.records.load<model::Destination>(endpoint.tenant, endpoint.reply_destination);
  if (!destination) co_return model::fail(std::move(destination.error()));
  if (!destination->is_enabled) co_return model::fail(model::Code::kConflict, "the reply destination is off");
  auto event = co_await request_event(context_, {request, message, 0, nullptr});
  if (!event) co_return model::fail(std::move(event.error()));
  event->connection = request.connection.str();
  co_return co_await signed_request(context_, *destination, *event);
}

ports::Task<std::optional<services::Reply>> HeldReplies::ask(const model::Endpoint& endpoint, const model::ReceivedRequest& request,
                                                             StoredMessage message, model::BootTime until) {
  const auto counted = [&](std::string_view outcome, std::optional<services::Reply> reply = std::nullopt) {
    context_.metrics.count(kMetric, outcome);
    return reply;
  };
  const Hold hold(*this, endpoint);
  if (!hold.is_held()) co_return counted("crowded");
  message.payload = boost::json::serialize(message.message.event_payload);
  auto call = co_await request_for(endpoint, request, message);
  if (!call) {
    context_.log.write(ports::LogLevel::kWarning, "a reply destination cannot be asked",
                       {{"endpoint", endpoint.id.str()}, {"cause", call.error().detail}});
    co_return counted("failed");
  }
  call->deadline = std::chrono::duration_cast<model::Milliseconds>(until - context_.clock.boot_now());
  if (call->deadline.count() <= 0) co_return counted("late");
  call->max_response = kMostReplyBytes;
  auto answer = co_await context_.http.send(std::move(*call));
  if (!answer) co_return counted("failed");
  auto reply = read_reply(std::move(*answer));
  co_return counted(reply ? "replied" : "refused", std::move(reply));
}

}  // namespace valetkey::events
