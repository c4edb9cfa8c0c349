#pragma once
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "events/context.hpp"
#include "events/ingress/stored_message.hpp"
#include "model/endpoint.hpp"
#include "model/received_request.hpp"
#include "services/incoming.hpp"

namespace valetkey::events {

/// Answers that must be computed while the application waits (S33): the endpoint's reply destination is called once, without retry.
/// Thread safe.
class HeldReplies {
 public:
  explicit HeldReplies(Context& context) : context_(context) {}

  /// nullopt: nobody gave one by `until`, or too many are held (32 of an endpoint, 256 of a tenant); the fall-back is due.
  ports::Task<std::optional<services::Reply>> ask(const model::Endpoint& endpoint, const model::ReceivedRequest& request,
                                                  StoredMessage message, model::BootTime until);

 private:
  class Hold;

  ports::Answer<ports::HttpRequest> request_for(const model::Endpoint& endpoint, const model::ReceivedRequest& request,
                                                const StoredMessage& message);

  Context& context_;
  std::mutex mutex_;
  std::map<std::string, int> held_;  // by endpoint and by tenant
};

}  // namespace valetkey::events
