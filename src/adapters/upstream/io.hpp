#pragma once
#include <cstddef>

namespace valetkey::adapters::upstream {

/// How far an operation came that does not wait.
enum class Io {
  kDone,
  kWantsRead,   ///< to be tried again when the socket is readable
  kWantsWrite,  ///< when it is writable
  kEnd,         ///< the peer has closed in order
  kFailed,      ///< reset, closed by us, or not TLS
};

struct Moved {
  Io io = Io::kFailed;
  std::size_t bytes = 0;
};

}  // namespace valetkey::adapters::upstream
