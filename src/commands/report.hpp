#pragma once
#include <string_view>

#include "model/error.hpp"

namespace valetkey::commands {

/// The exit status that an error means: bad configuration or usage, or a store or key that was refused.
int status_of(model::Code code);

/// Tells the error on standard error, with what else only an operator may read, and answers status_of().
int refused(const model::Error& error);
/// The same for what is wrong with how the command was called.
int misused(std::string_view detail);

}  // namespace valetkey::commands
