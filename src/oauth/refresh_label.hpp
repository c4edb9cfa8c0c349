#pragma once
#include <optional>
#include <string_view>

#include "oauth/refresh_plan.hpp"
#include "oauth/token_response.hpp"

namespace valetkey::oauth {

/// The labels of valetkey_refreshes_total: what came of a refresh (nullopt: new tokens), and what asked for it: a read, a rejected
/// token, or the background because it was due.
std::string_view refresh_label(std::optional<Meaning> failure, const Need& need);

}  // namespace valetkey::oauth
