#pragma once
#include <string_view>
#include <vector>

#include "http/router.hpp"

namespace valetkey::http {

/// A file that lives as long as the program; nothing is copied but into an answer.
struct StaticFile {
  std::string_view name;
  std::string_view bytes;
};

/// `/openapi.json` (the API description) and the page at `/docs` that shows it, of `files`: openapi.json, index.html, and what that page
/// loads from `/docs/{file}`. No key, but where the API is (S21); nothing comes from, or is sent to, any other origin. Throws
/// std::logic_error without the first two.
void add_docs_routes(Router& router, std::vector<StaticFile> files);

}  // namespace valetkey::http
