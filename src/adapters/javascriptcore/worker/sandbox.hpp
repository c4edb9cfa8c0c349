#pragma once
#include <string>

namespace valetkey::adapters::javascriptcore::worker {

/// Gives up everything that running scripts does not need, for good: memory, files, privileges, system calls (S36). Called once the
/// engine has run something, so that what it holds by then is the base of its limit. Empty, or what failed.
std::string confine();

}  // namespace valetkey::adapters::javascriptcore::worker
