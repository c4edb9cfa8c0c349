#include "vault/fork_count.hpp"

#include <pthread.h>

#include <atomic>
#include <stdexcept>

namespace valetkey::vault {
namespace {

std::atomic<std::uint32_t> count{0};

bool watch() {
  if (pthread_atfork(nullptr, nullptr, [] { count.fetch_add(1, std::memory_order_relaxed); }) != 0)
    throw std::runtime_error("cannot watch for forks");
  return true;
}

}  // namespace

std::uint32_t fork_count() {
  static const bool is_watched = watch();
  (void)is_watched;
  return count.load(std::memory_order_relaxed);
}

}  // namespace valetkey::vault
