#pragma once
#include <boost/json/value.hpp>
#include <string>
#include <string_view>

namespace valetkey::cli {

/// Indented by two spaces, members in the order of the document, without a line end.
std::string pretty(const boost::json::value& value);

/// One line for a cell: text as it is, `-` for null and for what is empty, `yes`/`no`, lists joined by `, `, objects as JSON.
std::string cell_text(const boost::json::value& value);

/// The text of a member at a dotted path, as cell_text.
std::string cell_at(const boost::json::value& value, std::string_view dotted_path);

/// The string member, or nothing.
std::string text_of(const boost::json::value& value, std::string_view member);

}  // namespace valetkey::cli
