#pragma once
#include <string>
#include <vector>

#include "model/url.hpp"

namespace valetkey::services {

/// The canonical URL, where it is https on the standard port of a pinned host, or of a loopback address or name that is pinned by name,
/// where any scheme and port will do. kInvalidInput says what is wrong. `takes_query`: whether it may have one.
model::Result<std::string> pinned_url(std::string_view text, const std::vector<std::string>& pinned, bool takes_query);

}  // namespace valetkey::services
