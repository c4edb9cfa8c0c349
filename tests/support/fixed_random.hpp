#pragma once
#include <mutex>
#include <random>

#include "ports/random.hpp"

namespace valetkey::test {

/// The same bytes in every run, by seed; thread safe.
class FixedRandom final : public ports::Random {
 public:
  explicit FixedRandom(std::uint64_t seed = 1) : engine_(seed) {}

  void fill(std::span<unsigned char> out) override {
    const std::lock_guard lock(mutex_);
    for (auto& byte : out) byte = static_cast<unsigned char>(engine_() >> 56);
  }

 private:
  std::mutex mutex_;
  std::mt19937_64 engine_;
};

}  // namespace valetkey::test
