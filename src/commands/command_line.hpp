#pragma once
#include <span>

namespace valetkey::commands {

/// Exit statuses (DESIGN 11).
inline constexpr int kOk = 0;
inline constexpr int kBadConfiguration = 2;  ///< or bad usage
inline constexpr int kRefused = 3;           ///< store or key

/// The whole program behind main(). `environment` is the process's own; secrets in it are overwritten.
int run(std::span<char*> arguments, std::span<char*> environment);

}  // namespace valetkey::commands
