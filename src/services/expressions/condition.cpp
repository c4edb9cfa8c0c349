#include <algorithm>
#include <boost/json.hpp>

#include "model/http_text.hpp"
#include "model/json_reader.hpp"
#include "services/expressions/evaluation.hpp"
#include "services/expressions/json_path.hpp"
#include "services/expressions/template.hpp"

namespace valetkey::services {
namespace {

using Of = Condition::Of;

/// The values that stand under the name; a test of equality holds for none of two.
std::vector<std::string> found_pairs(const model::Pairs* pairs, std::string_view name) {
  std::vector<std::string> out;
  if (pairs == nullptr) return out;
  for (const auto& [key, value] : *pairs)
    if (key == name) out.push_back(value);
  return out;
}

std::vector<std::string> found_body(const Condition& condition, const Facts& facts) {
  const auto* value = facts.body == nullptr ? nullptr : value_at(*facts.body, condition.name);
  if (value == nullptr || value->is_null()) return {};
  return {model::scalar_text(*value).value_or("")};
}

std::vector<std::string> found_content_type(const Facts& facts) {
  const auto text = facts.request == nullptr ? std::nullopt : single_header(*facts.request, "content-type");
  if (!text) return {};
  return {model::lowered(model::trimmed(text->substr(0, text->find(';'))))};
}

std::vector<std::string> found_secret(const Facts& facts, const std::string& name) {
  if (facts.values == nullptr) return {};
  const auto found = facts.values->secrets.find(name);
  if (found == facts.values->secrets.end() || found->second.empty()) return {};
  return {""};
}

std::vector<std::string> found(const Condition& condition, const Facts& facts) {
  switch (condition.of) {
    case Of::kMethod: return facts.request == nullptr ? std::vector<std::string>{} : std::vector{facts.request->method};
    case Of::kHeader: return found_pairs(facts.request == nullptr ? nullptr : &facts.request->headers, condition.name);
    case Of::kQuery: return found_pairs(facts.query, condition.name);
    case Of::kForm: return found_pairs(facts.form, condition.name);
    case Of::kBody: return found_body(condition, facts);
    case Of::kContentType: return found_content_type(facts);
    case Of::kSecret: return found_secret(facts, condition.name);
  }
  return {};
}

/// Nothing equals a text with a secret or parameter that is not set.
bool is_complete(const Template& text, const Facts& facts) {
  return std::ranges::all_of(text.pieces, [&](const TemplatePiece& piece) {
    if (piece.of == TemplatePiece::Of::kExpression) return !text_of(piece.expression, facts).value_or("").empty();
    return piece.of != TemplatePiece::Of::kSecret || !found_secret(facts, piece.text).empty();
  });
}

/// What a value may equal: of a text that is one secret, each of the secret's values.
std::vector<model::Secret> accepted_texts(const Text& text, const Facts& facts) {
  std::vector<model::Secret> out;
  const auto* piece = text->pieces.size() == 1 ? &text->pieces[0] : nullptr;
  if (piece != nullptr && piece->of == TemplatePiece::Of::kSecret) {
    if (facts.values == nullptr) return out;
    const auto found = facts.values->secrets.find(piece->text);
    return found == facts.values->secrets.end() ? out : found->second;
  }
  if (!is_complete(*text, facts)) return out;
  auto filled = fill(text, facts);
  if (filled) out.emplace_back(std::move(*filled));
  return out;
}

}  // namespace

std::optional<std::string_view> single_header(const Incoming& request, std::string_view name) {
  std::optional<std::string_view> out;
  for (const auto& [key, value] : request.headers) {
    if (key != name) continue;
    if (out) return std::nullopt;
    out = value;
  }
  return out;
}

bool holds(const Condition& condition, const Facts& facts) {
  const auto values = found(condition, facts);
  const auto is_it = condition.equals ? values.size() == 1 && values[0] == *condition.equals : !values.empty();
  return is_it != condition.is_not;
}

bool hold(const std::vector<Condition>& conditions, const Facts& facts) {
  return std::ranges::all_of(conditions, [&](const Condition& each) { return holds(each, facts); });
}

bool holds(const Check& check, const Facts& facts) {
  const auto value = text_of(check.value, facts);
  if (!value || value->empty()) return false;
  if (!check.equals) return true;
  bool matches = false;
  for (const auto& accepted : accepted_texts(check.equals, facts))
    if (!accepted.empty()) matches |= model::Secret::equals(accepted.reveal(), *value);
  return matches;
}

}  // namespace valetkey::services
