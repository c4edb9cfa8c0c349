#include <re2/re2.h>

#include <algorithm>
#include <boost/json.hpp>
#include <set>

#include "model/digest.hpp"
#include "model/encoding.hpp"
#include "model/http_text.hpp"
#include "model/json_reader.hpp"
#include "model/url.hpp"
#include "services/expressions/evaluation.hpp"
#include "services/expressions/expression.hpp"
#include "services/expressions/json_path.hpp"

namespace valetkey::services {
namespace {

namespace json = boost::json;
using Of = Expression::Of;
using Value = std::optional<std::string>;

constexpr std::size_t kMostEach = 1000;

Value value_of(const Expression& expression, const Facts& facts);

const json::value* item_of(const Facts& facts) { return facts.item != nullptr ? facts.item : facts.body; }

Value scalar_at(const json::value* root, std::string_view path) {
  const auto* value = root == nullptr ? nullptr : value_at(*root, path);
  return value == nullptr ? std::nullopt : model::scalar_text(*value);
}

/// A name that comes twice has no value: which one the application meant cannot be told.
Value only_value(const model::Pairs* pairs, std::string_view name) {
  if (pairs == nullptr) return std::nullopt;
  auto value = model::single_value(*pairs, name);
  return value ? *value : std::nullopt;
}

template <class Map>
Value named(const Map* map, const std::string& name) {
  if (map == nullptr) return std::nullopt;
  const auto found = map->find(name);
  return found == map->end() ? std::nullopt : Value(found->second);
}

Value header_of(const Facts& facts, std::string_view name) {
  const auto value = facts.request == nullptr ? std::nullopt : single_header(*facts.request, name);
  return value ? Value(model::as_utf8(*value)) : std::nullopt;
}

Value first_of(const Expression& expression, const Facts& facts) {
  for (const auto& operand : expression.operands)
    if (auto value = value_of(*operand, facts); value && !value->empty()) return value;
  return std::nullopt;
}

Value concatenated(const Expression& expression, const Facts& facts) {
  std::string out;
  for (const auto& operand : expression.operands) {
    const auto value = value_of(*operand, facts);
    if (!value) return std::nullopt;
    out += *value;
  }
  return out;
}

Value joined(const Expression& expression, const Facts& facts) {
  Value out;
  for (const auto& operand : expression.operands) {
    const auto value = value_of(*operand, facts);
    if (!value || value->empty()) continue;
    out = out ? *out + expression.text + *value : *value;
  }
  return out;
}

Value hashed(const Expression& expression, const Facts& facts) {
  std::string parts;
  bool is_there = false;
  for (const auto& operand : expression.operands) {
    const auto value = value_of(*operand, facts);
    is_there |= value.has_value();
    parts += model::length_prefixed({value.value_or("")});
  }
  return is_there ? Value(model::sha256_hex(parts)) : std::nullopt;
}

Value first_key(const Expression& expression, const Facts& facts) {
  const auto* item = item_of(facts);
  const auto* found = item == nullptr ? nullptr : value_at(*item, expression.text);
  const auto* object = found == nullptr ? nullptr : found->if_object();
  if (object == nullptr) return std::nullopt;
  for (const auto& name : expression.names) {
    const auto* value = object->if_contains(name);
    if (value != nullptr && !value->is_null()) return name;
  }
  return std::nullopt;
}

Value matched(const Expression& expression, const Facts& facts) {
  const auto text = value_of(*expression.operands[0], facts);
  if (!text) return std::nullopt;
  std::vector<re2::StringPiece> groups(static_cast<std::size_t>(expression.group) + 1);
  const re2::StringPiece subject(text->data(), text->size());
  if (!expression.pattern->Match(subject, 0, subject.size(), re2::RE2::UNANCHORED, groups.data(), expression.group + 1))
    return std::nullopt;
  const auto& group = groups.back();
  return group.data() == nullptr ? std::nullopt : Value(std::string(group.data(), group.size()));
}

Value part_of_url(const Expression& expression, const Facts& facts) {
  const auto text = value_of(*expression.operands[0], facts);
  if (!text) return std::nullopt;
  const auto url = model::parse_url(*text);
  if (!url) return std::nullopt;
  return expression.of == Of::kUrlOrigin ? model::origin_of(*url) : url->host;
}

/// The JSON in a text, in base64 of either alphabet where it is.
Value within(const Expression& expression, const Facts& facts) {
  auto text = value_of(*expression.operands[0], facts);
  if (text && expression.of == Of::kBase64Json) {
    auto bytes = model::from_base64(*text);
    text = bytes ? bytes : model::from_base64url(*text);
  }
  if (!text) return std::nullopt;
  const auto document = model::parse_json(*text);
  return document ? scalar_at(&*document, expression.text) : std::nullopt;
}

Value lower_case(const Expression& expression, const Facts& facts) {
  auto text = value_of(*expression.operands[0], facts);
  return text ? Value(model::lowered(*text)) : std::nullopt;
}

/// The values that each() stands for.
std::vector<std::string> each_of(const Expression& expression, const Facts& facts) {
  std::vector<std::string> out;
  const auto* item = item_of(facts);
  const auto* found = item == nullptr ? nullptr : value_at(*item, expression.text);
  const auto* list = found == nullptr ? nullptr : found->if_array();
  if (list == nullptr) return out;
  for (std::size_t i = 0; i < list->size() && out.size() < kMostEach; ++i)
    if (auto value = scalar_at(&(*list)[i], expression.names.empty() ? "$" : std::string_view(expression.names[0]));
        value && !value->empty())
      out.push_back(std::move(*value));
  return out;
}

Value made_of(const Expression& expression, const Facts& facts) {
  switch (expression.of) {
    case Of::kItem: return scalar_at(item_of(facts), expression.text);
    case Of::kRoot: return scalar_at(facts.body, expression.text);
    case Of::kHeader: return header_of(facts, expression.text);
    case Of::kQuery: return only_value(facts.query, expression.text);
    case Of::kForm: return only_value(facts.form, expression.text);
    case Of::kClaim: return scalar_at(facts.claims, expression.text);
    case Of::kParameter: return named(facts.values == nullptr ? nullptr : &facts.values->parameters, expression.text);
    case Of::kText: return expression.text;
    case Of::kToken: return scalar_at(facts.token_response, expression.text);
    case Of::kIdToken: return scalar_at(facts.id_token, expression.text);
    case Of::kAccount: return facts.account == nullptr ? scalar_at(item_of(facts), "account") : Value(*facts.account);
    case Of::kField: return named(facts.fields, expression.text);
    case Of::kCoalesce: return first_of(expression, facts);
    case Of::kConcat: return concatenated(expression, facts);
    case Of::kJoin: return joined(expression, facts);
    case Of::kHash: return hashed(expression, facts);
    case Of::kFirstKey: return first_key(expression, facts);
    case Of::kRegex: return matched(expression, facts);
    case Of::kUrlOrigin:
    case Of::kUrlHost: return part_of_url(expression, facts);
    case Of::kJson:
    case Of::kBase64Json: return within(expression, facts);
    case Of::kLower: return lower_case(expression, facts);
    case Of::kEach: {
      auto values = each_of(expression, facts);
      return values.empty() ? std::nullopt : Value(std::move(values.front()));
    }
  }
  return std::nullopt;
}

/// Takes what the value cost from the budget, so that a thousand events cannot each make a megabyte.
Value value_of(const Expression& expression, const Facts& facts) {
  constexpr std::size_t kOfAny = 64;
  if (facts.budget == nullptr) return made_of(expression, facts);
  if (*facts.budget == 0) return std::nullopt;
  auto value = made_of(expression, facts);
  const auto cost = kOfAny + (value ? value->size() : 0);
  *facts.budget -= std::min(cost, *facts.budget);
  return *facts.budget == 0 ? std::nullopt : std::move(value);
}

/// Values in their order, each once.
class Collected {
 public:
  void add(std::string value) {
    if (value.empty() || !seen_.insert(value).second) return;
    values_.push_back(std::move(value));
  }
  [[nodiscard]] bool empty() const { return values_.empty(); }
  std::vector<std::string> take() { return std::move(values_); }

 private:
  std::vector<std::string> values_;
  std::set<std::string> seen_;
};

void collect(const Expression& expression, const Facts& facts, Collected& into) {
  if (expression.of == Of::kEach) {
    for (auto& value : each_of(expression, facts)) into.add(std::move(value));
  } else if (expression.of == Of::kCoalesce) {
    for (const auto& operand : expression.operands) {
      collect(*operand, facts, into);
      if (!into.empty()) return;
    }
  } else if (auto value = value_of(expression, facts)) {
    into.add(std::move(*value));
  }
}

void add_source(const Expression& expression, Collected& into) {
  switch (expression.of) {
    case Of::kHeader: return into.add("header:" + expression.text);
    case Of::kQuery: return into.add("query:" + expression.text);
    case Of::kItem:
    case Of::kRoot:
    case Of::kForm:
    case Of::kFirstKey:
    case Of::kEach: return into.add("body");
    default: return;
  }
}

/// The operand of coalesce() that gives its value; null: none does.
const Expression* giving(const Expression& expression, const Facts& facts) {
  for (const auto& operand : expression.operands)
    if (!value_of(*operand, facts).value_or("").empty()) return operand.get();
  return nullptr;
}

void add_sources(const Expression& expression, const Facts& facts, Collected& into) {
  add_source(expression, into);
  if (const auto* one = expression.of == Of::kCoalesce ? giving(expression, facts) : nullptr) return add_sources(*one, facts, into);
  for (const auto& operand : expression.operands) add_sources(*operand, facts, into);
}

}  // namespace

std::optional<std::string> text_of(const Expr& expression, const Facts& facts) {
  return expression ? value_of(*expression, facts) : std::nullopt;
}

std::vector<std::string> texts_of(const Expr& expression, const Facts& facts) {
  Collected out;
  if (expression) collect(*expression, facts, out);
  return out.take();
}

std::vector<std::string> sources_of(const Expr& expression) {
  Collected out;
  visit_all(expression, [&](const Expression& each) { add_source(each, out); });
  return out.take();
}

std::vector<std::string> sources_of(const Expr& expression, const Facts& facts) {
  Collected out;
  if (expression) add_sources(*expression, facts, out);
  return out.take();
}

}  // namespace valetkey::services
