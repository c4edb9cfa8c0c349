#pragma once
#include <deque>
#include <list>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "model/form.hpp"
#include "model/received_request.hpp"

namespace valetkey::events {

/// A request that was refused, as an operator may look at it: static proofs are `***`.
struct RejectedRequest {
  model::WallTime at{};
  model::RequestKind kind = model::RequestKind::kWebhook;
  std::string reason;      ///< code: signature_mismatch, ...
  std::string source;      ///< address
  std::string method;
  std::string query;
  model::Pairs headers;
  std::string body;        ///< its first 4 KiB
  std::size_t body_bytes = 0;
};

/// The last refused requests of each endpoint, in memory only (S33): 64 of one, 16 MiB in all. Thread safe.
class RejectedRing {
 public:
  static constexpr std::size_t kMostBody = 4096;

  /// `request.body` is cut here.
  void add(const model::EndpointId& endpoint, RejectedRequest request);
  /// Newest first.
  [[nodiscard]] std::vector<RejectedRequest> of(const model::EndpointId& endpoint) const;

 private:
  struct Ring {
    std::deque<RejectedRequest> requests;
    std::size_t bytes = 0;
    std::list<model::EndpointId>::iterator place;
  };
  void drop_oldest(Ring& ring);

  mutable std::mutex mutex_;
  std::unordered_map<model::EndpointId, Ring> rings_;
  std::list<model::EndpointId> recent_;  // the one with the newest request first
  std::size_t bytes_ = 0;
};

}  // namespace valetkey::events
