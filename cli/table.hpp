#pragma once
#include <string>
#include <utility>
#include <vector>

namespace valetkey::cli {

using Cells = std::vector<std::string>;

/// How text is laid out for whoever reads it.
struct Style {
  bool has_colour = false;
  std::size_t width = 0;  ///< columns of the terminal; 0: lines may be as long as they are
};

/// Aligned columns, two spaces between them, the titles first; nothing but the titles where there are no rows. What does not fit the
/// width is cut in the last column, and marked.
std::string table_text(const Cells& titles, const std::vector<Cells>& rows, Style style);

/// `name   value` lines; a value of many lines goes on below itself. `indent` spaces before each.
std::string pairs_text(const std::vector<std::pair<std::string, std::string>>& pairs, Style style, std::size_t indent = 0);

}  // namespace valetkey::cli
