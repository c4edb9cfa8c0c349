#pragma once
#include <mutex>
#include <string>
#include <unordered_map>

#include "model/time.hpp"

namespace valetkey::events {

/// Token buckets by name, in memory and bounded: the fullest are forgotten first, which costs them nothing. Thread safe.
class RateBuckets {
 public:
  struct Rate {
    double per_second;
    double burst;
  };
  RateBuckets(Rate rate, std::size_t most) : rate_(rate), most_(most) {}

  /// False where the bucket is empty.
  bool take(const std::string& name, model::BootTime now);
  /// The same without taking.
  bool is_empty(const std::string& name, model::BootTime now) const;

 private:
  struct Bucket {
    double left;
    model::BootTime at;
  };
  [[nodiscard]] double left_in(const Bucket& bucket, model::BootTime now) const;
  void make_room(model::BootTime now);

  Rate rate_;
  std::size_t most_;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, Bucket> buckets_;
};

/// What stands for a source in a bucket's name: the address, of IPv6 its /64, which one sender has whole.
std::string source_of(const std::string& address);

}  // namespace valetkey::events
