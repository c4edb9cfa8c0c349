#pragma once
#include <string>
#include <vector>

namespace valetkey::oauth {

/// Whether users may come back to `url` (S11): it is one of `registered`, byte by byte. One that was registered as http at 127.0.0.1 or
/// [::1] without a port fits with any port, all else the same: a program on the user's machine listens on a port that the system
/// chose (RFC 8252 section 7.3).
bool is_return_url(const std::vector<std::string>& registered, const std::string& url);

}  // namespace valetkey::oauth
