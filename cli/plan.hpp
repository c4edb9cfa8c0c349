#pragma once
#include <boost/json/value.hpp>
#include <string>
#include <vector>

#include "cli/apply_file.hpp"
#include "cli/program.hpp"
#include "cli/table.hpp"

namespace valetkey::cli {

enum class Act { kCreate, kChange, kDelete, kNothing };

/// One step of a plan. No secret is in it but `client_secret`, which no text shows.
struct Step {
  Act act = Act::kNothing;
  std::string kind;             ///< integration, credential, policy
  std::string name;
  std::string path;             ///< of the API
  std::string etag;             ///< what it was planned on
  boost::json::object members;  ///< what is sent
  boost::json::object before;   ///< the same members as they are now
  boost::json::value client_secret;
  std::string secret_from;
  Places places;
};

/// Asks the broker how things stand, and answers what makes them as wanted; deletes only with `prunes`, and only of the kinds that
/// the file names.
Outcome<std::vector<Step>> make_plan(Program& program, const WantedSet& wanted, bool prunes);

bool has_changes(const std::vector<Step>& plan);

/// Lines like `+ credential GitHub`, with before and after of each member; then the count.
std::string plan_text(const std::vector<Step>& plan, Style style);
boost::json::value plan_json(const std::vector<Step>& plan);

}  // namespace valetkey::cli
