#pragma once
#include <optional>

#include "adapters/javascriptcore/frame.hpp"

namespace valetkey::adapters::javascriptcore::worker {

/// Where the broker put the socket.
inline constexpr int kChannel = 3;

/// Blocks. nullopt: the broker closed it, or says what no broker says; the worker ends.
std::optional<Frame> read_frame();
/// False: the broker is gone, or the frame is too large.
bool write_frame(const Frame& frame);

}  // namespace valetkey::adapters::javascriptcore::worker
