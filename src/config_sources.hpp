#pragma once
#include <span>
#include <string>
#include <vector>

#include "setting.hpp"

namespace valetkey {

/// One setting as a source holds it.
struct Assignment {
  const Setting* setting = nullptr;
  SettingValue value;
  std::string place;  ///< for errors: "valetkey.toml:3", "VALETKEY_LISTEN"
};

/// What one source says.
struct Source {
  std::vector<Assignment> assignments;
  std::vector<std::string> faults;  ///< what is wrong with it, each with its place
};

/// An unreadable file is a fault. A file that holds a secret, and that others may read, too.
Source read_config_file(const std::string& path);

/// Overwrites the values of secrets with zeros.
Source read_environment(std::span<char*> environment);

}  // namespace valetkey
