#pragma once
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "model/json_reader.hpp"
#include "services/document/read_document.hpp"
#include "services/document/spelling.hpp"

namespace valetkey::services {

/// A name that a part of the document uses, and where.
struct NameUse {
  std::string name;
  std::string pointer;
};

/// One document while it is read: its faults, and what the checks across its parts need to know.
struct Reading {
  DocumentSource source = DocumentSource::kTenant;
  std::vector<model::FieldError> errors;
  std::vector<NameUse> secrets;
  std::vector<NameUse> parameters;
  std::vector<NameUse> claims;
  std::vector<std::pair<HashAlgorithm, std::string>> challenge_hmacs;  ///< S26: algorithm and pointer

  void fault(std::string pointer, std::string detail) { errors.push_back({std::move(pointer), std::move(detail)}); }
};

/// What an expression may look at.
enum class Sight {
  kRequest,   ///< a request
  kUsers,     ///< a request, and each(): several values
  kConnect,   ///< map.connect: the token response and what a connection knows
  kAnswer     ///< token_check: the answer of the API, as the item
};

/// What a template may hold besides text and expressions.
enum class Holds { kPlain, kSecrets, kHmac };

/// Null where it is absent or wrong.
Expr read_expression(model::JsonReader& reader, std::string_view name, Reading& reading, Sight sight = Sight::kRequest);
Text read_text(model::JsonReader& reader, std::string_view name, Reading& reading, Holds holds);
/// A template that is not a member of its own name: `pointer` is where it stands.
Text read_text_at(std::string_view text, const std::string& pointer, Reading& reading, Holds holds);

std::vector<Condition> read_conditions(model::JsonReader& reader, std::string_view name, Reading& reading);
std::vector<Check> read_checks(model::JsonReader& reader, std::string_view name, Reading& reading);
std::optional<TimeExpr> read_time(model::JsonReader& reader, std::string_view name, Reading& reading, Sight sight);
std::optional<model::Seconds> read_seconds(model::JsonReader& reader, std::string_view name, std::int64_t least, std::int64_t most);
/// A dotted path; empty where it is absent or wrong.
std::string read_path(model::JsonReader& reader, std::string_view name);
/// A header's name in lower case.
std::string read_header_name(model::JsonReader& reader, std::string_view name);
/// Pinned hosts, at least one: literal labels, or `*` for one of them before the last two.
std::vector<std::string> read_hosts(model::JsonReader& reader);
/// An https URL whose host is one of `hosts`.
std::string read_pinned_url(model::JsonReader& reader, std::string_view name, const std::vector<std::string>& hosts);

/// The one of `names` that is there; empty, and a fault, for none or several.
std::string_view only_one_of(model::JsonReader& reader, std::initializer_list<std::string_view> names, Reading& reading);

template <class Enum>
void read_choice(model::JsonReader& reader, std::string_view name, Enum& into) {
  if (const auto value = reader.optional_choice<Enum>(name, spellings<Enum>())) into = *value;
}

}  // namespace valetkey::services
