#include <boost/json.hpp>

#include "services/document/parts.hpp"
#include "services/expressions/json_path.hpp"

namespace valetkey::services {
namespace {

using model::JsonReader;

constexpr std::size_t kMostClaims = 16;
constexpr std::int64_t kDay = 86400;

std::vector<std::string> read_issuers(JsonReader& reader) {
  const auto* value = reader.raw("issuer");
  if (value == nullptr) return {};
  if (value->is_array()) return reader.optional_strings("issuer", kMostClaims).value_or(std::vector<std::string>{});
  auto one = reader.required_string("issuer");
  return {std::move(one)};
}

}  // namespace

void read_claims(JsonReader& alternative, Alternative& out, Reading& reading) {
  auto reader = alternative.optional_object("claims");
  if (!reader) return;
  if (out.scheme != Scheme::kJwt) alternative.error("claims", "only a jwt has claims");
  ClaimRules rules;
  rules.issuers = read_issuers(*reader);
  rules.audience = read_text(*reader, "audience", reading, Holds::kPlain);
  rules.email = read_text(*reader, "email", reading, Holds::kPlain);
  const auto place = model::pointer_to(reader->pointer(), "require");
  for (const auto& [path, text] :
       reader->optional_pairs("require", kMostClaims).value_or(std::vector<std::pair<std::string, std::string>>{})) {
    const auto pointer = model::pointer_to(place, path);
    if (!is_path(path)) reading.fault(pointer, "must be a dotted path");
    rules.require.emplace(path, read_text_at(text, pointer, reading, Holds::kPlain));
  }
  rules.query_hash = reader->optional_bool("query_hash").value_or(false);
  rules.max_age = read_seconds(*reader, "max_age", 1, kDay);
  rules.leeway = read_seconds(*reader, "leeway", 0, 600).value_or(rules.leeway);
  reader->finish();
  out.claims = std::move(rules);
}

}  // namespace valetkey::services
