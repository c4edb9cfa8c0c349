#pragma once
#include <span>
#include <string>
#include <string_view>

#include "config.hpp"
#include "setting_value.hpp"

namespace valetkey {

/// One row of the table of settings: everything there is to know about one.
struct Setting {
  std::string_view name;      ///< in the file; a part before a dot is its table
  std::string_view variable;  ///< in the environment
  bool is_secret = false;
  /// Takes over a value; otherwise says what is accepted ("must be ...").
  model::Result<void> (*set)(Config& config, const SettingValue& value);
  /// The effective value as TOML; `***` for a secret.
  std::string (*show)(const Config& config);
};

/// All of them, in the order in which they are shown.
std::span<const Setting> settings();

/// nullptr: there is none of this name (of this variable).
const Setting* setting_named(std::string_view name);
const Setting* setting_of_variable(std::string_view variable);

}  // namespace valetkey
