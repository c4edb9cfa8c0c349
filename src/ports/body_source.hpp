#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

#include "ports/task.hpp"

namespace valetkey::ports {

/// A body that arrives piece by piece. Nothing is read ahead of what is asked for, so that a slow reader slows its sender. Used by one
/// coroutine at a time, on the executor it was made on.
class BodySource {
 public:
  virtual ~BodySource() = default;
  /// The next piece, valid until the next call; empty: the body has ended as it should. An error: what came is only a part.
  virtual Answer<std::string_view> read() = 0;
  /// Bytes of the whole body where its sender said so; nullopt: known at its end.
  [[nodiscard]] virtual std::optional<std::uint64_t> size() const = 0;
  /// Ends a read() that waits, with an error; the source is of no use after it.
  virtual void stop() = 0;
};

}  // namespace valetkey::ports
