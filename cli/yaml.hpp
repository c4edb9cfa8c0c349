#pragma once
#include <boost/json/value.hpp>
#include <string>
#include <string_view>

#include "cli/failure.hpp"
#include "cli/places.hpp"

namespace valetkey::cli {

/// A YAML (or JSON) file as the JSON document that it means, and the line of each member.
struct YamlFile {
  boost::json::value document;
  Places places;
  std::string directory;  ///< of the file; what it names is relative to that
};

/// `-` is standard input. kUsage with file:line for what is no YAML, holds a name twice, more than one document or tags of its own.
Outcome<YamlFile> read_yaml(const std::string& path);

/// The same of a text; `name` stands before the line numbers.
Outcome<YamlFile> parse_yaml(const std::string& text, const std::string& name);

/// One value as YAML writes it inline: `true`, `7`, `[a, b]`, `{a: b}`, else text.
Outcome<boost::json::value> yaml_value(const std::string& text);

}  // namespace valetkey::cli
