#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace valetkey::http {

using Pairs = std::vector<std::pair<std::string, std::string>>;

/// Queries and form bodies (application/x-www-form-urlencoded): `+` is a space, repetitions and order are kept.
/// nullopt for a broken escape or more than 1,000 pairs.
std::optional<Pairs> decode_form(std::string_view text);

/// First value, or null.
const std::string* find_pair(const Pairs& pairs, std::string_view name);

}  // namespace valetkey::http
