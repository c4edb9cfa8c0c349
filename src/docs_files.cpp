#include "docs_files.hpp"

#include "embedded/api_docs.hpp"

namespace valetkey {

std::vector<http::StaticFile> docs_files() {
  std::vector<http::StaticFile> files;
  for (const auto& file : embedded::api_docs()) files.push_back({file.name, file.bytes});
  return files;
}

}  // namespace valetkey
