#pragma once
#include <functional>

#include "ports/store.hpp"

namespace valetkey::oauth {

/// What the caller adds to the unit of an effect, so that both are there or neither: its idempotency record, its audit entry.
template <class Made>
using Alongside = std::function<void(ports::Unit& unit, const Made& made)>;

}  // namespace valetkey::oauth
