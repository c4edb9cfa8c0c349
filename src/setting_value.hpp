#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "model/time.hpp"

namespace valetkey {

/// What a source says: of the environment always text, of the file what TOML knows.
using SettingValue = std::variant<std::string, std::int64_t, bool, std::vector<std::string>>;

// Each answers nullopt for what it does not accept.

std::optional<std::string> as_text(const SettingValue& value);
/// true, false; as text, too.
std::optional<bool> as_flag(const SettingValue& value);
std::optional<std::int64_t> as_number(const SettingValue& value);
/// Seconds, or a number with s, m, h or d.
std::optional<model::Seconds> as_duration(const SettingValue& value);
/// Bytes, or a number with KiB, MiB or GiB.
std::optional<std::int64_t> as_size(const SettingValue& value);
/// A list, or a text that is split at commas; without blanks around, empty entries left out.
std::optional<std::vector<std::string>> as_list(const SettingValue& value);

// The same the other way round, as TOML.

std::string toml_text(std::string_view text);
std::string shown(const std::vector<std::string>& list);
/// In the largest unit that gives a whole number: "5m".
std::string shown(model::Seconds duration);
std::string shown_size(std::int64_t bytes);

}  // namespace valetkey
