#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace valetkey::calls {

/// What is wrong with the raw path of a call below its base URI (S15), or nullopt: a segment that, decoded as often as anything of it
/// can be decoded, holds a backslash, NUL or control byte, or a part that is `.` or `..` up to a `;`. All other bytes, `%2F`, `@` and
/// `//` included, are fine.
std::optional<std::string> path_fault(std::string_view path);

/// What a lenient server reads out of a text: percent escapes, `%u0041` and overlong UTF-8 (RFC 3629 3) of ASCII characters, as often as
/// there are any.
std::string decoded_wholly(std::string_view text);

}  // namespace valetkey::calls
