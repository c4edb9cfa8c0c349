#include "services/verify/request_view.hpp"

#include <algorithm>

#include "services/expressions/expression.hpp"
#include "services/expressions/template.hpp"

namespace valetkey::services::verify {
namespace {

bool looks_inside(const Condition& condition) {
  using Of = Condition::Of;
  return condition.of == Of::kQuery || condition.of == Of::kForm || condition.of == Of::kBody;
}

bool looks_inside(const Expr& expression) {
  using Of = Expression::Of;
  bool does = false;
  visit_all(expression, [&](const Expression& each) {
    const auto is_operand_only = each.of == Of::kCoalesce || each.of == Of::kConcat || each.of == Of::kJoin || each.of == Of::kHash ||
                                 each.of == Of::kLower || each.of == Of::kRegex;
    does |= !is_operand_only && each.of != Of::kHeader && each.of != Of::kClaim && each.of != Of::kParameter && each.of != Of::kText;
  });
  return does;
}

bool looks_inside(const Check& check) {
  return looks_inside(check.value) || (check.equals && std::ranges::any_of(check.equals->pieces, [](const TemplatePiece& piece) {
                                         return looks_inside(piece.expression);
                                       }));
}

template <class List>
bool any_looks_inside(const List& list) {
  return std::ranges::any_of(list, [](const auto& one) { return looks_inside(one); });
}

}  // namespace

RequestView::RequestView(const Incoming& request, const EndpointValues& values, const ParseRule* rule)
    : request_(request),
      values_(values),
      rule_(rule) {
  plain_.request = &request;
  plain_.values = &values;
}

const Facts& RequestView::decoded() {
  if (!decoded_) decoded_.emplace(request_, values_, rule_);
  return decoded_->facts();
}

const Facts& RequestView::facts_for(const std::vector<Condition>& conditions) { return any_looks_inside(conditions) ? decoded() : plain_; }

const Facts& RequestView::facts_for(const std::vector<Check>& checks) { return any_looks_inside(checks) ? decoded() : plain_; }

const Facts& RequestView::facts_for(const Expr& expression) { return looks_inside(expression) ? decoded() : plain_; }

}  // namespace valetkey::services::verify
