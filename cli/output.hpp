#pragma once
#include <boost/json/value.hpp>
#include <string_view>
#include <vector>

#include "cli/program.hpp"

namespace valetkey::cli {

struct Column {
  std::string_view title;
  std::string_view path;  ///< dotted, in the item
};

/// The items of a page (`data`) as a table; --json: the page as the API answers it; --quiet: the members `id` alone, one a line.
void print_page(const Program& program, const boost::json::value& page, const std::vector<Column>& columns, std::string_view id = "id");

/// One document as lines `name  value`; --json: as the API answers it; --quiet: its `id` alone.
void print_document(const Program& program, const boost::json::value& document, std::string_view id = "id");

/// `said` on standard output; --json: the document, --quiet: its `id`, when it has one.
void print_done(const Program& program, const boost::json::value& document, std::string_view said, std::string_view id = "id");

/// `warning: ...` on standard error for each of the document's warnings, not with --quiet.
void tell_warnings(const Program& program, const boost::json::value& document);

}  // namespace valetkey::cli
