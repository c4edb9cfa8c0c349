#pragma once
#include <string>
#include <string_view>

namespace valetkey::calls {

/// Calls `act` with each non-empty part of a raw query between its ampersands.
template <class Act>
void for_each_parameter(std::string_view query, Act act) {
  while (!query.empty()) {
    const auto end = query.find('&');
    if (const auto part = query.substr(0, end); !part.empty()) act(part);
    query = end == std::string_view::npos ? std::string_view{} : query.substr(end + 1);
  }
}

/// The name of a raw `name=value`, decoded as lenient servers do, in lower case.
std::string parameter_name(std::string_view raw);

}  // namespace valetkey::calls
