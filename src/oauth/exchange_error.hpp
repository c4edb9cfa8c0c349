#pragma once
#include <string_view>

#include "model/error.hpp"
#include "oauth/token_response.hpp"

namespace valetkey::oauth {

/// The error of a first exchange (a code, a password, a client's own grant) for the one who asked; `doing` begins the detail.
model::Error error_of(const TokenFailure& failure, std::string_view doing);

}  // namespace valetkey::oauth
