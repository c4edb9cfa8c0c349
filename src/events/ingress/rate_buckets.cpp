#include "events/ingress/rate_buckets.hpp"

#include <algorithm>

#include "model/address.hpp"

namespace valetkey::events {

double RateBuckets::left_in(const Bucket& bucket, model::BootTime now) const {
  const auto passed = std::chrono::duration<double>(now - bucket.at).count();
  return std::min(rate_.burst, bucket.left + std::max(0.0, passed) * rate_.per_second);
}

bool RateBuckets::take(const std::string& name, model::BootTime now) {
  const std::lock_guard lock(mutex_);
  auto found = buckets_.find(name);
  if (found == buckets_.end()) {
    if (buckets_.size() >= most_) make_room(now);
    found = buckets_.emplace(name, Bucket{rate_.burst, now}).first;
  }
  auto& bucket = found->second;
  bucket = {left_in(bucket, now), now};
  if (bucket.left < 1) return false;
  bucket.left -= 1;
  return true;
}

bool RateBuckets::is_empty(const std::string& name, model::BootTime now) const {
  const std::lock_guard lock(mutex_);
  const auto found = buckets_.find(name);
  return found != buckets_.end() && left_in(found->second, now) < 1;
}

void RateBuckets::make_room(model::BootTime now) {
  std::erase_if(buckets_, [&](const auto& entry) { return left_in(entry.second, now) >= rate_.burst; });
  // More senders at once than there is room for: some begin anew.
  while (!buckets_.empty() && buckets_.size() > most_ / 2) buckets_.erase(buckets_.begin());
}

std::string source_of(const std::string& address) {
  const auto parsed = model::parse_address(address);
  if (!parsed) return address;
  auto network = model::unmapped(*parsed);
  if (!network.is_v4) std::fill(network.bytes.begin() + 8, network.bytes.end(), 0);
  return model::to_string(network);
}

}  // namespace valetkey::events
