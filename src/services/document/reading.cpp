#include "services/document/reading.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "model/http_text.hpp"
#include "model/url.hpp"
#include "services/expressions/evaluation.hpp"
#include "services/expressions/expression.hpp"
#include "services/expressions/json_path.hpp"
#include "services/expressions/template.hpp"
#include "services/host_pattern.hpp"

namespace valetkey::services {
namespace {

using model::JsonReader;
using Of = Expression::Of;

constexpr std::size_t kMostConditions = 8;
constexpr std::size_t kMostHosts = 16;
constexpr model::TextLimits kName{.least = 1, .most = 256};

/// What is wrong with a part of an expression where it stands, or empty.
std::string_view misplaced(Of of, Sight sight) {
  const auto is_of_connect = of == Of::kToken || of == Of::kIdToken || of == Of::kField;
  const auto is_of_request = of == Of::kHeader || of == Of::kQuery || of == Of::kForm || of == Of::kClaim || of == Of::kParameter;
  const auto is_of_item = of == Of::kItem || of == Of::kRoot || of == Of::kFirstKey;
  if (of == Of::kEach && sight != Sight::kUsers) return "each() stands in app_user_id only";
  if (is_of_connect && sight != Sight::kConnect) return "token(), id_token() and field() stand in map.connect only";
  if (is_of_request && (sight == Sight::kConnect || sight == Sight::kAnswer)) return "there is no request to look at here";
  if (is_of_item && sight == Sight::kConnect) return "map.connect looks at token(), id_token(), account and field() only";
  return {};
}

void record(const Expr& expression, const std::string& pointer, Reading& reading, Sight sight) {
  std::string_view wrong;
  visit_all(expression, [&](const Expression& each) {
    if (const auto found = misplaced(each.of, sight); !found.empty()) wrong = found;
    if (each.of == Of::kParameter) reading.parameters.push_back({each.text, pointer});
    if (each.of == Of::kClaim) reading.claims.push_back({each.text, pointer});
  });
  if (!wrong.empty()) reading.fault(pointer, std::string(wrong));
}

void record(const TemplatePiece& piece, const std::string& pointer, Reading& reading, Holds holds) {
  if (piece.of == TemplatePiece::Of::kSecret || piece.of == TemplatePiece::Of::kHmac) reading.secrets.push_back({piece.text, pointer});
  if (piece.of == TemplatePiece::Of::kSecret && holds != Holds::kSecrets)
    reading.fault(pointer, "{secret.x} stands in values that are compared only, never in a reply");
  if (piece.of == TemplatePiece::Of::kHmac) reading.challenge_hmacs.emplace_back(piece.algorithm, pointer);
  record(piece.expression, pointer, reading, Sight::kRequest);
}

std::string member(const JsonReader& reader, std::string_view name) { return model::pointer_to(reader.pointer(), name); }

Condition read_condition(JsonReader& reader, Reading& reading) {
  Condition out;
  const auto which = only_one_of(reader, {"method", "header", "query", "form", "body", "content_type", "secret"}, reading);
  if (which == "header") out = {.of = Condition::Of::kHeader, .name = read_header_name(reader, which)};
  else if (which == "query") out = {.of = Condition::Of::kQuery, .name = reader.required_string(which, kName)};
  else if (which == "form") out = {.of = Condition::Of::kForm, .name = reader.required_string(which, kName)};
  else if (which == "body") out = {.of = Condition::Of::kBody, .name = read_path(reader, which)};
  else if (which == "secret") out = {.of = Condition::Of::kSecret, .name = reader.required_string(which, kName)};
  else if (which == "method") out = {.of = Condition::Of::kMethod, .name = {}, .equals = reader.required_string(which, kName)};
  else if (!which.empty())
    out = {.of = Condition::Of::kContentType, .name = {}, .equals = model::lowered(reader.required_string(which, kName))};
  if (which == "secret") reading.secrets.push_back({out.name, member(reader, which)});
  if (which == "header" || which == "query" || which == "form" || which == "body") out.equals = reader.optional_string("equals");
  out.is_not = reader.optional_bool("not").value_or(false);
  reader.finish();
  return out;
}

}  // namespace

Expr read_expression(JsonReader& reader, std::string_view name, Reading& reading, Sight sight) {
  const auto text = reader.optional_string(name);
  if (!text) return nullptr;
  auto expression = parse_expression(*text);
  if (!expression) {
    reader.error(name, std::move(expression.error().detail));
    return nullptr;
  }
  record(*expression, member(reader, name), reading, sight);
  return std::move(*expression);
}

Text read_text_at(std::string_view text, const std::string& pointer, Reading& reading, Holds holds) {
  auto read = parse_template(text, holds == Holds::kHmac);
  if (!read) {
    reading.fault(pointer, std::move(read.error().detail));
    return nullptr;
  }
  for (const auto& piece : (*read)->pieces) record(piece, pointer, reading, holds);
  return std::move(*read);
}

Text read_text(JsonReader& reader, std::string_view name, Reading& reading, Holds holds) {
  const auto text = reader.optional_string(name);
  return text ? read_text_at(*text, member(reader, name), reading, holds) : nullptr;
}

std::vector<Condition> read_conditions(JsonReader& reader, std::string_view name, Reading& reading) {
  std::vector<Condition> out;
  for (auto& each : reader.objects(name, kMostConditions)) out.push_back(read_condition(each, reading));
  return out;
}

std::vector<Check> read_checks(JsonReader& reader, std::string_view name, Reading& reading) {
  std::vector<Check> out;
  for (auto& each : reader.objects(name, kMostConditions)) {
    Check check;
    if (!each.has("value")) each.error("value", "is required");
    check.value = read_expression(each, "value", reading);
    check.equals = read_text(each, "equals", reading, Holds::kSecrets);
    each.finish();
    out.push_back(std::move(check));
  }
  return out;
}

std::optional<TimeExpr> read_time(JsonReader& reader, std::string_view name, Reading& reading, Sight sight) {
  auto inner = reader.optional_object(name);
  if (!inner) return std::nullopt;
  TimeExpr out;
  if (!inner->has("value")) inner->error("value", "is required");
  out.value = read_expression(*inner, "value", reading, sight);
  read_choice(*inner, "unit", out.unit);
  inner->finish();
  return out;
}

std::optional<model::Seconds> read_seconds(JsonReader& reader, std::string_view name, std::int64_t least, std::int64_t most) {
  const auto value = reader.optional_integer(name, least, most);
  return value ? std::optional(model::Seconds(*value)) : std::nullopt;
}

std::string read_path(JsonReader& reader, std::string_view name) {
  auto text = reader.string_or(name, "", kName);
  if (!text.empty() && !is_path(text)) reader.error(name, "must be a dotted path of printable characters");
  return text;
}

std::string read_header_name(JsonReader& reader, std::string_view name) {
  auto text = model::lowered(reader.string_or(name, "", kName));
  if (!std::ranges::all_of(text, [](char c) { return model::is_token_char(c); })) reader.error(name, "must be a header's name");
  return text;
}

std::vector<std::string> read_hosts(JsonReader& reader) {
  auto out = reader.optional_strings("hosts", kMostHosts, kName).value_or(std::vector<std::string>{});
  if (out.empty()) reader.error("hosts", "is required: the hosts a key or page may come from (S30)");
  for (const auto& host : out)
    if (!is_host_pattern(host))
      reader.error("hosts", fmt::format("{} is no host in lower case; `*` is one label before the last two", host));
  return out;
}

std::string read_pinned_url(JsonReader& reader, std::string_view name, const std::vector<std::string>& hosts) {
  auto text = reader.required_string(name, {.least = 1, .most = 2048});
  if (text.empty()) return text;
  const auto url = model::parse_url(text);
  if (!url) reader.error(name, url.error().detail);
  else if (!model::is_loopback(*url) && (url->scheme != "https" || url->explicit_port))
    reader.error(name, "must be an https URL without a port (S30)");
  else if (!hosts.empty() && !is_pinned(url->host, hosts)) reader.error(name, "its host is not among hosts (S30)");
  return text;
}

std::string_view only_one_of(JsonReader& reader, std::initializer_list<std::string_view> names, Reading& reading) {
  std::string_view found;
  std::string known;
  std::size_t count = 0;
  for (const auto name : names) {
    known.append(known.empty() ? "" : ", ").append(name);
    if (reader.raw(name) == nullptr) continue;
    found = name;
    ++count;
  }
  if (count == 1) return found;
  reading.fault(reader.pointer(), fmt::format("exactly one of {} is expected, {} found", known, count));
  return {};
}

}  // namespace valetkey::services
