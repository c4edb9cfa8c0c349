#pragma once
#include <boost/json/object.hpp>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/error.hpp"

namespace valetkey::model {

struct TextLimits {
  std::size_t least = 0;  ///< bytes
  std::size_t most = 4096;
};

/// Reads one JSON object member by member and collects everything that is wrong as (pointer, detail), so that bad input is told at
/// once and whole. A member that fails reads as its absent value. `finish()` makes each member that nobody asked for an error.
/// The object and the error list outlive the reader.
class JsonReader {
 public:
  JsonReader(const boost::json::object& object, std::string pointer, std::vector<FieldError>& errors);

  [[nodiscard]] bool has(std::string_view name) const;
  [[nodiscard]] const std::string& pointer() const { return pointer_; }

  std::string required_string(std::string_view name, TextLimits limits = {.least = 1});
  /// Absent and null both read as nullopt; tell them apart with `is_null`.
  std::optional<std::string> optional_string(std::string_view name, TextLimits limits = {});
  std::string string_or(std::string_view name, std::string fallback, TextLimits limits = {});
  [[nodiscard]] bool is_null(std::string_view name) const;
  std::optional<bool> optional_bool(std::string_view name);
  std::optional<std::int64_t> optional_integer(std::string_view name, std::int64_t least, std::int64_t most);
  std::optional<std::vector<std::string>> optional_strings(std::string_view name, std::size_t most_items, TextLimits limits = {.least = 1});
  std::optional<std::map<std::string, std::string>> optional_string_map(std::string_view name, std::size_t most_items = 64);
  /// Like a map, in the document's order, for parameters and headers.
  std::optional<std::vector<std::pair<std::string, std::string>>> optional_pairs(std::string_view name, std::size_t most_items = 64);
  std::optional<JsonReader> optional_object(std::string_view name);
  std::vector<JsonReader> objects(std::string_view name, std::size_t most_items);
  const boost::json::value* raw(std::string_view name);

  /// One of `choices` (text, value).
  template <class Enum>
  std::optional<Enum> optional_choice(std::string_view name, std::span<const std::pair<std::string_view, Enum>> choices) {
    const auto text = optional_string(name);
    if (!text) return std::nullopt;
    std::string accepted;
    for (const auto& [spelling, value] : choices) {
      if (spelling == *text) return value;
      accepted.append(accepted.empty() ? "" : ", ").append(spelling);
    }
    error(name, "not one of the accepted values: " + accepted);
    return std::nullopt;
  }

  void error(std::string_view name, std::string detail);
  void finish();

 private:
  const boost::json::value* take(std::string_view name);
  bool fits(std::string_view name, std::string_view text, TextLimits limits);

  const boost::json::object* object_;
  std::string pointer_;
  std::vector<FieldError>* errors_;
  std::set<std::string, std::less<>> known_;
};

/// `parent` + "/" + the escaped token (RFC 6901).
std::string pointer_to(std::string_view parent, std::string_view token);

/// The value at a dotted path ("authed_user.access_token"), or null.
const boost::json::value* at_path(const boost::json::value& root, std::string_view dotted_path);

/// Text of a string, number or boolean; nullopt for anything else.
std::optional<std::string> scalar_text(const boost::json::value& value);

/// Parses with depth at most 64 (S39), numbers in the range of a double, and no trailing bytes. kMalformedRequest says where it stopped.
Result<boost::json::value> parse_json(std::string_view text);

/// The error for a body with wrong members.
Error invalid_input(std::string detail, std::vector<FieldError> fields);

}  // namespace valetkey::model
