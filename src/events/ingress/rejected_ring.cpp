#include "events/ingress/rejected_ring.hpp"

namespace valetkey::events {
namespace {

constexpr std::size_t kMostRequests = 64;
constexpr std::size_t kMostBytes = std::size_t{16} << 20;

std::size_t bytes_of(const RejectedRequest& request) {
  std::size_t bytes = sizeof(RejectedRequest) + request.query.size() + request.body.size();
  for (const auto& [name, value] : request.headers) bytes += sizeof(name) + sizeof(value) + name.size() + value.size();
  return bytes;
}

}  // namespace

void RejectedRing::add(const model::EndpointId& endpoint, RejectedRequest request) {
  if (request.body.size() > kMostBody) {
    request.body.resize(kMostBody);
    request.body.shrink_to_fit();
  }
  const std::lock_guard lock(mutex_);
  auto [found, is_new] = rings_.try_emplace(endpoint);
  auto& ring = found->second;
  if (is_new) ring.place = recent_.insert(recent_.begin(), endpoint);
  else recent_.splice(recent_.begin(), recent_, ring.place);
  const auto bytes = bytes_of(request);
  ring.requests.push_back(std::move(request));
  ring.bytes += bytes;
  bytes_ += bytes;
  if (ring.requests.size() > kMostRequests) drop_oldest(ring);
  while (bytes_ > kMostBytes && recent_.size() > 1) {
    const auto oldest = rings_.find(recent_.back());
    bytes_ -= oldest->second.bytes;
    rings_.erase(oldest);
    recent_.pop_back();
  }
}

void RejectedRing::drop_oldest(Ring& ring) {
  const auto bytes = bytes_of(ring.requests.front());
  ring.bytes -= bytes;
  bytes_ -= bytes;
  ring.requests.pop_front();
}

std::vector<RejectedRequest> RejectedRing::of(const model::EndpointId& endpoint) const {
  const std::lock_guard lock(mutex_);
  const auto found = rings_.find(endpoint);
  if (found == rings_.end()) return {};
  return {found->second.requests.rbegin(), found->second.requests.rend()};
}

}  // namespace valetkey::events
