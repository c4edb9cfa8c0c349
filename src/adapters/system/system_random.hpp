#pragma once
#include "ports/random.hpp"

namespace valetkey::adapters::system {

/// RAND_bytes through a buffer per thread, since a small draw costs as much as a large one. Bytes are wiped from the buffer as they
/// are given, and a forked child drops what it inherited (S40). Throws std::runtime_error when the generator fails.
class SystemRandom final : public ports::Random {
 public:
  void fill(std::span<unsigned char> out) override;
};

}  // namespace valetkey::adapters::system
