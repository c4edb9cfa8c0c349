#pragma once
#include <cstdint>

namespace valetkey::vault {

/// How often this process image was forked since the first call. What was drawn or reserved under another count belongs to the
/// parent and must not be used (S40).
std::uint32_t fork_count();

}  // namespace valetkey::vault
