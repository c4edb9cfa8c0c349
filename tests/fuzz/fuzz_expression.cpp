// Expressions and templates as documents hold them, on bodies as applications send them. The first line is the text, the rest the body.
#include <boost/json.hpp>
#include <set>

#include "fuzz/property.hpp"
#include "services/expressions/evaluation.hpp"
#include "services/expressions/expression.hpp"
#include "services/expressions/template.hpp"
#include "services/parse/decoded_request.hpp"

namespace {

using valetkey::fuzz::require;
namespace services = valetkey::services;

void check_values(const services::Expr& expression, const services::Facts& facts) {
  const auto one = services::text_of(expression, facts);
  const auto all = services::texts_of(expression, facts);
  require(all.size() <= 1000, "values have an end");
  require(std::set(all.begin(), all.end()).size() == all.size(), "a value comes once");
  for (const auto& value : all) require(!value.empty(), "a value is not empty");
  if (one && !one->empty()) require(!all.empty(), "one value is among all");
  for (const auto& source : services::sources_of(expression))
    require(source == "body" || source.starts_with("header:") || source.starts_with("query:"), "a source is known");
  int depth = 0;
  services::visit_all(expression, [&](const services::Expression&) { ++depth; });
  require(depth <= static_cast<int>(services::kMostExpressionBytes), "an expression is no larger than its text");
}

void read_expression(std::string_view input) {
  const auto text = valetkey::fuzz::take_line(input);
  services::EndpointValues values;
  values.secrets["key"] = {valetkey::model::Secret("secret bytes")};
  values.parameters["topic"] = "t";
  const services::Incoming request{.method = "POST",
                                   .path = "/",
                                   .query_text = "a=1&b=2&b=3",
                                   .headers = {{"x-a", "1"}, {"x-b", "2"}, {"x-b", "3"}},
                                   .body = std::string(input),
                                   .public_url = {}};
  services::DecodedRequest decoded(request, values, nullptr);
  const auto& facts = decoded.facts();
  if (const auto expression = services::parse_expression(text)) check_values(*expression, facts);
  if (const auto read = services::parse_template(text, true)) {
    const auto filled = services::fill(*read, facts);
    if (filled) require(filled->size() <= services::kMostFilledBytes, "a text has an end");
    (void)services::holds(services::Check{.value = *services::parse_expression("type"), .equals = *read}, facts);
  }
  (void)services::time_of(text, services::TimeUnit::kSeconds);
  (void)services::time_of(text, services::TimeUnit::kHttpDate);
}

}  // namespace

VALETKEY_FUZZ_TARGET(read_expression)
