#pragma once
#include <map>
#include <string>

#include "cli/environment.hpp"
#include "cli/failure.hpp"
#include "model/secret.hpp"

namespace valetkey::cli {

/// A broker and the key it is asked with.
struct Profile {
  std::string url;
  model::Secret key;
  std::string ca_file;  ///< PEM; empty: the system's authorities
};

/// $XDG_CONFIG_HOME/valetkey/profiles.toml, mode 0600. Profile names are `[A-Za-z0-9._-]{1,64}`.
struct Profiles {
  std::string current;
  std::map<std::string, Profile> named;
};

/// kUsage when neither XDG_CONFIG_HOME nor HOME is set.
Outcome<std::string> profiles_path(const Environment& environment);

/// None when there is no file. kUsage when others may read it, or it is not what this program writes.
Outcome<Profiles> load_profiles(const std::string& path);
Outcome<void> save_profiles(const std::string& path, const Profiles& profiles);

bool is_profile_name(std::string_view name);

class Program;

/// Stores a profile over one of that name; the first of all is put in use. Answers whether it is in use.
Outcome<bool> save_profile(const Program& program, const std::string& name, const Profile& profile);

}  // namespace valetkey::cli
