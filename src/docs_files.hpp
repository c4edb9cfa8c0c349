#pragma once
#include <vector>

#include "http/pages/docs.hpp"

namespace valetkey {

/// The API description and the page that shows it, as the build put them into the program.
std::vector<http::StaticFile> docs_files();

}  // namespace valetkey
