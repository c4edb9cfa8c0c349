#pragma once
#include <string_view>

#include "cli/api_client.hpp"

namespace valetkey::cli {

/// What an answer that is not 2xx means: the exit status by the members `act` and `retryable` of the problem document (RFC 9457), then
/// by the HTTP status; with a hint.
Failure failure_of(const Head& head, std::string_view body, const Origin& origin);

Failure no_key(std::string_view url);

}  // namespace valetkey::cli
