#pragma once
#include <string>

#include "cli/environment.hpp"
#include "cli/failure.hpp"
#include "model/secret.hpp"

namespace valetkey::cli {

/// The options that every command of the client has.
struct Common {
  std::string profile;
  std::string url;
  std::string ca_file;
  bool is_insecure = false;  ///< plain http beyond loopback is meant
  bool is_json = false;
  bool is_quiet = false;
  bool is_agreed = false;    ///< --yes
};

/// The broker that is asked, and what with.
struct Origin {
  std::string url;      ///< without a slash at the end
  model::Secret key;    ///< empty: none is known
  std::string ca_file;
  std::string profile;  ///< the profile it came from, if any
};

/// A profile named by --profile; else --url, VALETKEY_URL and VALETKEY_API_KEY; else the profile of VALETKEY_PROFILE or the one in
/// use; else the broker of this machine. The key of a profile goes to the URL of that profile and nowhere else.
Outcome<Origin> origin_of(const Common& common, const Environment& environment);

/// kUsage unless it is an https URL, or http at loopback or when that is meant: the key travels in each request. Answers it without
/// a slash at the end.
Outcome<std::string> checked_url(const std::string& text, bool is_insecure);

}  // namespace valetkey::cli
