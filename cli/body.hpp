#pragma once
#include <boost/json/object.hpp>
#include <string>
#include <vector>

#include "cli/environment.hpp"
#include "cli/failure.hpp"
#include "cli/places.hpp"
#include "cli/program.hpp"
#include "cli/yaml.hpp"

namespace valetkey::cli {

/// The document that a command sends, and where each member of it was written.
struct Body {
  boost::json::object document;
  Places places;
  std::string directory;  ///< of the file it was read from

  /// Sets a member, over one that is there.
  void set(const std::string& member, boost::json::value value, const std::string& where);
  /// Nothing is set where `text` is empty.
  void set_text(const std::string& member, const std::string& text, const std::string& where);
  void set_list(const std::string& member, const std::vector<std::string>& items, const std::string& where);
  /// `name=value` items as an object. kUsage for one without `=`.
  Outcome<void> set_pairs(const std::string& member, const std::vector<std::string>& items, const std::string& where);
  /// --set name=value: the value as YAML writes it inline, the name may be dotted.
  Outcome<void> set_any(const std::vector<std::string>& assignments);

  /// The call of `method` on `path` with this document; a failure names the flags and lines that it is about.
  Outcome<Reply> send(Program& program, std::string method, std::string path, std::string if_match = {}) const;
};

/// The document of -f; an empty one where `path` is empty. kUsage when it is no object.
Outcome<Body> read_body(const std::string& path);

/// `client_secret_env` and `client_secret_file` of the body, which name where the secret is, become `client_secret`.
/// kUsage when the variable is not set, or the file cannot be read.
Outcome<void> fill_client_secret(Body& body, const Environment& environment);

}  // namespace valetkey::cli
