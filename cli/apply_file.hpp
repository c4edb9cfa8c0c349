#pragma once
#include <optional>
#include <string>
#include <vector>

#include "cli/body.hpp"
#include "cli/yaml.hpp"

namespace valetkey::cli {

/// One thing that a file of `apply` wants.
struct Wanted {
  std::string name;  ///< slug of an integration, name of a credential
  Body body;         ///< without the client secret
  boost::json::value client_secret;  ///< null: none is given
  std::string secret_from;           ///< where it is written, for the plan
};

/// What a file of `apply` says; what it does not name is left alone.
struct WantedSet {
  std::optional<std::vector<Wanted>> integrations;
  std::optional<std::vector<Wanted>> credentials;
  std::optional<Body> policy;
};

/// Reads `integrations`, `credentials` and `policy` of the file. kUsage with file:line for anything else, for a name that stands twice,
/// and for a client secret in clear.
Outcome<WantedSet> wanted_of(const YamlFile& file, const Environment& environment);

}  // namespace valetkey::cli
