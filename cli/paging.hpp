#pragma once
#include "cli/program.hpp"

namespace valetkey::cli {

/// --limit, --after, --all of a list.
struct PageWish {
  int limit = 0;  ///< 0: the broker's own, 50
  std::string after;
  bool is_all = false;
};

void add_paging(CLI::App& command, PageWish& wish);

/// The page at `path` as the API answers it, `{data, next}`; with --all every item in one.
Outcome<boost::json::value> read_page(Program& program, const std::string& path, Pairs filters, const PageWish& wish);

}  // namespace valetkey::cli
