#pragma once
#include <optional>
#include <string>
#include <vector>

#include "events/endpoints/endpoint_cache.hpp"
#include "events/ingress/held_replies.hpp"
#include "events/ingress/rate_buckets.hpp"
#include "events/ingress/rejected_ring.hpp"
#include "events/ingress/stored_message.hpp"
#include "model/received_request.hpp"
#include "services/services.hpp"

namespace valetkey::events {

/// A request at a webhook or action URL.
struct Arrival {
  model::RequestKind kind = model::RequestKind::kWebhook;
  std::string integration;        ///< of the URL, like `key`
  std::string key;
  std::string source;             ///< address of the sender
  services::Incoming incoming;    ///< without public_url and received_at, which are filled here
};

/// What the application is told.
struct ArrivalAnswer {
  services::Reply reply;             ///< made safe
  std::string code;                  ///< of a refusal; empty: none
  std::optional<model::Error> error; ///< instead of a reply: kNotFound, kTooManyRequests, kStoreUnavailable, ...
};

/// The way in (DESIGN 7): endpoint, unsigned challenge, verification, signed challenge, parser, one durable write, answer. Thread safe.
class Ingress {
 public:
  /// `public_url`: origin of the webhook URLs, no trailing slash.
  Ingress(Context& context, EndpointCache& cache, services::Services& services, std::string public_url);

  ports::Task<ArrivalAnswer> receive(Arrival arrival);

  /// The messages of a stored request that could not be parsed, by the parser in force now; an error: it still cannot.
  ports::Answer<std::vector<StoredMessage>> parse_again(const model::ReceivedRequest& request);

  /// What an endpoint refused, newest first.
  [[nodiscard]] std::vector<RejectedRequest> rejected_of(const model::EndpointId& endpoint) const { return rejected_.of(endpoint); }

 private:
  struct Visit;
  struct Read;

  ports::Answer<Visit> enter(Arrival arrival);
  ports::Answer<services::ServicePtr> service_of(const Site& site, std::string_view kind);
  ports::Task<ArrivalAnswer> challenged(const Visit& visit, services::Verdict verdict);
  ArrivalAnswer rejected(Visit& visit, services::Verdict verdict);
  ports::Task<ArrivalAnswer> accepted(Visit& visit, const services::Verdict& verdict);
  ports::Answer<Read> read(services::ServicePtr parser, model::RequestKind kind, const services::Incoming& incoming,
                           const services::EndpointValues& values, const services::Verdict& verdict, const model::TenantId& tenant);
  ports::Task<services::Reply> reply_of(const Visit& visit, const model::ReceivedRequest& request, Read& read);
  void count(model::RequestKind kind, std::string_view outcome);

  Context& context_;
  EndpointCache& cache_;
  services::Services& services_;
  std::string public_url_;
  HeldReplies held_;
  RejectedRing rejected_;
  RateBuckets failures_;    ///< of an endpoint and a source (S33)
  RateBuckets challenges_;  ///< of an endpoint (S26)
};

}  // namespace valetkey::events
