#pragma once
#include <string>
#include <vector>

#include "cli/body.hpp"

namespace CLI {
class App;
}

namespace valetkey::cli {

/// A config service as flags: what it does stands in a file.
struct ServiceWish {
  std::string file;      ///< a document: YAML or JSON
  std::string script;    ///< JavaScript
  std::string url;       ///< of an http service
  std::string name;
  std::string description;
  std::vector<std::string> kinds;
};

void add_service_options(CLI::App& command, ServiceWish& wish);

/// Body of POST and PATCH /v1/services. kUsage where more than one says what it does.
Outcome<Body> service_body(const ServiceWish& wish, bool is_new);

/// `service` of POST /v1/services/try: the document, or the script with its kinds. Empty body: neither was given.
Outcome<Body> inline_service(const ServiceWish& wish);

}  // namespace valetkey::cli
