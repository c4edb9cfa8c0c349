#pragma once
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/error.hpp"
#include "model/integration.hpp"

namespace valetkey::model {

/// A run of literal text, or the names of one placeholder: `{a|b}` is the first of them that has a value.
struct TextPiece {
  std::string literal;
  std::vector<std::string> names;
};

/// Where in a message a text stands, which decides how a value is written there.
enum class Where {
  kHost,    ///< one label [a-z0-9-]{1,63}, as it is (S3)
  kPath,    ///< percent-encoded; `.` and `..` are refused
  kQuery,   ///< percent-encoded
  kHeader,  ///< as it is; control bytes are refused
  kPlain,   ///< as it is; the caller encodes
};

/// Takes `{name}` apart; names are [a-z][a-z0-9_]{0,63}, `{{` and `}}` stand for a brace. kInvalidInput says what is wrong.
Result<std::vector<TextPiece>> parse_placeholder_text(std::string_view text);

/// Every name in `text`; none for a text that cannot be taken apart.
std::vector<std::string> placeholder_names(std::string_view text);

/// `text` with its placeholders replaced. An empty value counts as none. kInvalidInput for a missing or unfit value.
Result<std::string> fill(std::string_view text, const std::map<std::string, std::string>& values, Where where);

/// What is wrong with `value` for this placeholder, or nullopt: its closed list, host suffixes and pattern (RE2, whole value).
std::optional<std::string> check_value(const Placeholder& placeholder, std::string_view value);

/// `[a-z0-9-]{1,63}`, neither first nor last a hyphen (RFC 1123 2.1).
bool is_host_label(std::string_view text);

/// The placeholder of this name, or null.
const Placeholder* find_placeholder(std::span<const Placeholder> placeholders, std::string_view name);

/// `values` and, for each placeholder without one, its default.
std::map<std::string, std::string> with_defaults(std::span<const Placeholder> placeholders, std::map<std::string, std::string> values);

/// What is wrong with a pattern (S39: RE2, at most 1 KiB, 1 MiB of memory), or nullopt.
std::optional<std::string> check_pattern(std::string_view pattern);

}  // namespace valetkey::model
