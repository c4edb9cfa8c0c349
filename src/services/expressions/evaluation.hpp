#pragma once
#include <boost/json/value.hpp>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/error.hpp"
#include "model/form.hpp"
#include "services/incoming.hpp"
#include "services/service_document.hpp"

namespace valetkey::services {

/// What expressions, conditions and templates may look at. Views: what they see outlives it. Null: there is none.
struct Facts {
  const Incoming* request = nullptr;
  const EndpointValues* values = nullptr;
  const boost::json::value* body = nullptr;        ///< the JSON body, as `format` gives it
  const boost::json::value* item = nullptr;        ///< of a split body; else the body
  const model::Pairs* form = nullptr;              ///< the form body, decoded
  const model::Pairs* query = nullptr;             ///< decoded
  const boost::json::value* claims = nullptr;      ///< of the verified JWT
  const boost::json::value* token_response = nullptr;  ///< in map.connect, like the next three
  const boost::json::value* id_token = nullptr;
  const std::string* account = nullptr;
  const std::map<std::string, std::string>* fields = nullptr;
  std::size_t* budget = nullptr;  ///< bytes that expressions may still make; at 0 every value is absent. Null: no end
};

/// Reads an EXPR of a document (catalog/presets/README.md). kInvalidInput says where and what is accepted.
model::Result<Expr> parse_expression(std::string_view text);
/// Reads a TEMPLATE: text with `{EXPR}`, `{secret.x}`, `{param.x}` and, where `with_hmac`, `{hmac(ALGORITHM, SECRET, EXPR, ENCODING)}`.
model::Result<Text> parse_template(std::string_view text, bool with_hmac);

/// The value as text: strings, numbers, booleans; nullopt where it is absent, null or not a scalar.
std::optional<std::string> text_of(const Expr& expression, const Facts& facts);
/// Of an expression with each(): all values, without repetitions; else the one of text_of.
std::vector<std::string> texts_of(const Expr& expression, const Facts& facts);
/// What the expression reads that a signature may not cover: "header:x-github-event", "query:x", "body". For `unsigned`.
std::vector<std::string> sources_of(const Expr& expression);
/// Of them, those that this value was read from: of coalesce() the operand that gave it, as an earlier one that is added becomes the
/// source.
std::vector<std::string> sources_of(const Expr& expression, const Facts& facts);

/// kInvalidInput where an HMAC of a value is asked for that S26 does not allow; a value that is absent is empty text.
model::Result<std::string> fill(const Text& text, const Facts& facts);
bool holds(const Condition& condition, const Facts& facts);
bool hold(const std::vector<Condition>& conditions, const Facts& facts);
/// In constant time.
bool holds(const Check& check, const Facts& facts);
/// A point in time as the unit says; nullopt for what is none.
std::optional<model::WallTime> time_of(std::string_view text, TimeUnit unit);

/// The header by lower-case name; nullopt when absent or when it comes more than once (a duplicate signature header is refused).
std::optional<std::string_view> single_header(const Incoming& request, std::string_view name);

}  // namespace valetkey::services
