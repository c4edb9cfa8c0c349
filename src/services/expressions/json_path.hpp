#pragma once
#include <boost/json/value.hpp>
#include <string_view>

namespace valetkey::services {

/// The value at a dotted path whose parts are names of members or positions of lists (`a.0.b`); `$` is the root. Null: there is none.
const boost::json::value* value_at(const boost::json::value& root, std::string_view path);

/// 1 to 256 bytes of printable ASCII without the characters that expressions use: `( ) , ' " { }`, space.
bool is_path(std::string_view text);

}  // namespace valetkey::services
