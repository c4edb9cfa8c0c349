#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace valetkey::services {

/// A pinned host: labels of `[a-z0-9-]`, of which those before the last two may be `*`, which is any one label.
bool is_host_pattern(std::string_view pattern);
/// Whether `host`, in lower case, is one of the patterns' hosts.
bool is_pinned(std::string_view host, const std::vector<std::string>& patterns);

}  // namespace valetkey::services
