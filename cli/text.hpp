#pragma once
#include <string>
#include <string_view>

namespace valetkey::cli {

/// Control bytes replaced by `?`, so that text from outside cannot steer the terminal. `\n` and `\t` too, unless `keeps_lines`.
std::string printable(std::string_view text, bool keeps_lines = false);

/// `printable`, with API keys (vk_..., vki_...) replaced by `vk_***`: a key that was typed in the wrong place is not repeated.
std::string masked(std::string_view text);

/// Columns that the UTF-8 text takes, one for each code point.
std::size_t width_of(std::string_view text);

/// `%XX` for everything but unreserved characters: an id as a segment of a path, or a value in a query.
std::string percent_encoded(std::string_view text);

/// Without one line end at the end.
std::string_view without_line_end(std::string_view text);

}  // namespace valetkey::cli
