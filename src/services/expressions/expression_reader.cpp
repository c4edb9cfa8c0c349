#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <charconv>
#include <span>

#include "model/http_text.hpp"
#include "model/placeholder_text.hpp"
#include "services/expressions/evaluation.hpp"
#include "services/expressions/expression.hpp"
#include "services/expressions/json_path.hpp"

namespace valetkey::services {
namespace {

using Of = Expression::Of;

/// What stands between the parentheses of a function.
enum class Takes {
  kName,        ///< one name or path
  kOne,         ///< one expression
  kMany,        ///< one or more expressions
  kJoin,        ///< a text and then expressions
  kRegex,       ///< an expression, a text, a number
  kFirstKey,    ///< a path and a list of keys
  kEach,        ///< a path, and the path in each
  kJson         ///< an expression and a path
};

struct Function {
  std::string_view name;
  Of of;
  Takes takes;
};

constexpr Function kFunctions[] = {
    {"root", Of::kRoot, Takes::kName},           {"header", Of::kHeader, Takes::kName},
    {"query", Of::kQuery, Takes::kName},         {"form", Of::kForm, Takes::kName},
    {"claim", Of::kClaim, Takes::kName},         {"param", Of::kParameter, Takes::kName},
    {"token", Of::kToken, Takes::kName},         {"id_token", Of::kIdToken, Takes::kName},
    {"field", Of::kField, Takes::kName},         {"coalesce", Of::kCoalesce, Takes::kMany},
    {"concat", Of::kConcat, Takes::kMany},       {"hash", Of::kHash, Takes::kMany},
    {"join", Of::kJoin, Takes::kJoin},           {"lower", Of::kLower, Takes::kOne},
    {"url_origin", Of::kUrlOrigin, Takes::kOne}, {"url_host", Of::kUrlHost, Takes::kOne},
    {"regex", Of::kRegex, Takes::kRegex},        {"first_key", Of::kFirstKey, Takes::kFirstKey},
    {"each", Of::kEach, Takes::kEach},           {"base64_json", Of::kBase64Json, Takes::kJson},
    {"json", Of::kJson, Takes::kJson},
};

std::string known_functions() {
  std::string out;
  for (const auto& each : kFunctions) out.append(out.empty() ? "" : ", ").append(each.name);
  return out;
}

/// One pass over the text; the first fault ends it.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  model::Result<Expr> read() {
    auto expression = expression_at(0, true);
    if (fault_.empty()) skip_spaces();
    if (fault_.empty() && at_ < text_.size()) fail_here("surplus text");
    if (!fault_.empty()) return model::fail(model::Code::kInvalidInput, fault_);
    return expression;
  }

 private:
  void fail_here(std::string_view what) {
    if (fault_.empty()) fault_ = fmt::format("no expression: {} at byte {}", what, at_);
  }

  void skip_spaces() {
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
  }

  bool accept(char c) {
    skip_spaces();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  void expect(char c) {
    if (fault_.empty() && !accept(c)) fail_here(fmt::format("expected `{}`", c));
  }

  /// A bare word: a path, a name, a number, the name of a function.
  std::string word() {
    skip_spaces();
    const auto first = at_;
    auto in_brackets = false;
    while (at_ < text_.size() && (is_path(text_.substr(at_, 1)) || in_brackets)) {
      // `data[list_id]` is a name, the bracket behind a list of keys is not a part of the last one.
      if (text_[at_] == '[') in_brackets = true;
      if (text_[at_] == ']') {
        if (!in_brackets) break;
        in_brackets = false;
      }
      ++at_;
    }
    std::string out(text_.substr(first, at_ - first));
    if (!is_path(out)) fail_here("expected a path, a name or 'text'");
    return out;
  }

  /// 'text', where '' stands for one quote.
  std::string quoted() {
    std::string out;
    expect('\'');
    while (fault_.empty()) {
      if (at_ >= text_.size()) {
        fail_here("a quote that does not end");
      } else if (text_[at_] != '\'') {
        out += text_[at_++];
      } else if (text_.substr(at_, 2) == "''") {
        out += '\'';
        at_ += 2;
      } else {
        ++at_;
        break;
      }
    }
    return out;
  }

  Expr expression_at(int depth, bool may_be_each) {
    auto out = std::make_shared<Expression>();
    skip_spaces();
    if (depth > kMostExpressionDepth) fail_here(fmt::format("deeper than {} functions", kMostExpressionDepth));
    if (!fault_.empty()) return nullptr;
    if (at_ < text_.size() && text_[at_] == '\'') {
      out->of = Of::kText;
      out->text = quoted();
      return out;
    }
    const auto first = at_;
    auto name = word();
    if (!fault_.empty()) return nullptr;
    if (!accept('(')) {
      out->of = name == "account" ? Of::kAccount : Of::kItem;
      out->text = std::move(name);
      return out;
    }
    const auto* function = std::ranges::find(kFunctions, std::string_view(name), &Function::name);
    if (function == std::end(kFunctions)) {
      at_ = first;
      fail_here("an unknown function; known: " + known_functions());
      return nullptr;
    }
    if (function->of == Of::kEach && !may_be_each) fail_here("each() stands alone or in coalesce()");
    out->of = function->of;
    arguments(*out, function->takes, depth + 1, may_be_each && function->of == Of::kCoalesce);
    expect(')');
    return fault_.empty() ? out : nullptr;
  }

  void operands(Expression& out, int depth, bool may_be_each) {
    do out.operands.push_back(expression_at(depth, may_be_each));
    while (fault_.empty() && accept(','));
  }

  void arguments(Expression& out, Takes takes, int depth, bool may_be_each) {
    switch (takes) {
      case Takes::kName: out.text = out.of == Of::kHeader ? model::lowered(word()) : word(); break;
      case Takes::kOne: out.operands.push_back(expression_at(depth, false)); break;
      case Takes::kMany: operands(out, depth, may_be_each); break;
      case Takes::kJoin:
        out.text = quoted();
        expect(',');
        operands(out, depth, false);
        break;
      case Takes::kJson:
        out.operands.push_back(expression_at(depth, false));
        expect(',');
        out.text = word();
        break;
      case Takes::kEach:
        out.text = word();
        if (accept(',')) out.names.push_back(word());
        break;
      case Takes::kFirstKey: keys(out); break;
      case Takes::kRegex: regex(out, depth); break;
    }
  }

  void keys(Expression& out) {
    out.text = word();
    expect(',');
    expect('[');
    if (!fault_.empty()) return;
    do out.names.push_back(word());
    while (fault_.empty() && accept(','));
    expect(']');
  }

  void regex(Expression& out, int depth) {
    out.operands.push_back(expression_at(depth, false));
    expect(',');
    skip_spaces();
    out.text = quoted();
    expect(',');
    if (!fault_.empty()) return;
    const auto number = word();
    if (const auto wrong = model::check_pattern(out.text)) return fail_here("the pattern " + *wrong);
    re2::RE2::Options options;
    options.set_log_errors(false);
    options.set_max_mem(1 << 20);
    auto pattern = std::make_shared<re2::RE2>(re2::StringPiece(out.text.data(), out.text.size()), options);
    const auto [end, failed] = std::from_chars(number.data(), number.data() + number.size(), out.group);
    const auto groups = pattern->NumberOfCapturingGroups();
    if (failed != std::errc() || end != number.data() + number.size() || out.group < 0 || out.group > groups)
      return fail_here(fmt::format("the group must be a number from 0 to {}", groups));
    out.pattern = std::move(pattern);
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::string fault_;
};

}  // namespace

model::Result<Expr> parse_expression(std::string_view text) {
  if (text.empty() || text.size() > kMostExpressionBytes)
    return model::fail(model::Code::kInvalidInput, fmt::format("no expression: must have 1 to {} bytes", kMostExpressionBytes));
  return Reader(text).read();
}

}  // namespace valetkey::services
