#pragma once
#include <atomic>
#include <cstdint>
#include <string>

#include "model/secret.hpp"
#include "vault/fork_count.hpp"

namespace valetkey::vault {

/// An unwrapped data key in memory, with what is left of the seals that were reserved for it. Thread safe.
class DataKey {
 public:
  DataKey(std::string id, std::string tenant, std::string purpose, model::Secret key)
      : id(std::move(id)),
        tenant(std::move(tenant)),
        purpose(std::move(purpose)),
        key(std::move(key)),
        forks_(fork_count()) {}

  const std::string id;
  const std::string tenant;
  const std::string purpose;
  const model::Secret key;

  /// Takes one reserved seal; false when none is left.
  bool take() {
    if (!is_ours()) return false;
    auto left = left_.load(std::memory_order_relaxed);
    while (left > 0)
      if (left_.compare_exchange_weak(left, left - 1, std::memory_order_relaxed)) return true;
    return false;
  }
  /// Adds seals that were reserved durably.
  void add(std::int64_t reserved) {
    if (!is_ours()) {
      left_.store(0, std::memory_order_relaxed);
      forks_.store(fork_count(), std::memory_order_relaxed);
    }
    left_.fetch_add(reserved, std::memory_order_relaxed);
  }
  [[nodiscard]] std::int64_t left() const { return is_ours() ? left_.load(std::memory_order_relaxed) : 0; }

  /// For the cache: was it used since the mark was cleared. Written only when it changes, so that readers share the line.
  void mark_used() const {
    if (!is_used_.load(std::memory_order_relaxed)) is_used_.store(true, std::memory_order_relaxed);
  }
  bool clear_used() const { return is_used_.exchange(false, std::memory_order_relaxed); }

 private:
  /// What was reserved before a fork is the parent's.
  [[nodiscard]] bool is_ours() const { return forks_.load(std::memory_order_relaxed) == fork_count(); }

  std::atomic<std::int64_t> left_{0};
  std::atomic<std::uint32_t> forks_;
  mutable std::atomic<bool> is_used_{true};
};

}  // namespace valetkey::vault
