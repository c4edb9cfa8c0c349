#pragma once
#include <cstddef>
#include <cstdint>

#include "model/time.hpp"
#include "ports/key_wrapper.hpp"

namespace valetkey::vault {

/// The limits of the key ring; the defaults are S40's. A test lowers them.
struct Options {
  std::int64_t seals_per_block = std::int64_t{1} << 16;  ///< reserved in one write; a crash wastes at most one block per key
  std::int64_t new_key_at = std::int64_t{1} << 30;       ///< seals of one key, after which a new one is made
  std::int64_t refuse_at = std::int64_t{1} << 32;  ///< seals of one key, after which it seals nothing, even if no new one can be made
  std::size_t most_keys = 1 << 14;  ///< unwrapped data keys in memory
  model::Milliseconds current_for{60'000};  ///< how long a node may seal by a key that another node has retired
  ports::KeyWrapper* recovery = nullptr;  ///< wraps every key too, never opens (S42); outlives the ring
};

}  // namespace valetkey::vault
