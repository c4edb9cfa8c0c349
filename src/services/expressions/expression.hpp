#pragma once
#include <memory>
#include <string>
#include <vector>

#include "services/service_document.hpp"

namespace re2 {
class RE2;
}

namespace valetkey::services {

/// An EXPR of a document, read. Immutable.
struct Expression {
  enum class Of {
    kItem,
    kRoot,
    kHeader,
    kQuery,
    kForm,
    kClaim,
    kParameter,
    kText,              // text: path or name or the literal
    kToken,
    kIdToken,
    kAccount,
    kField,                                           // map.connect only
    kCoalesce,
    kConcat,
    kJoin,
    kHash,
    kFirstKey,
    kRegex,
    kUrlOrigin,
    kUrlHost,
    kJson,
    kBase64Json,
    kLower,
    kEach
  };
  Of of = Of::kItem;
  std::string text;                             ///< path, name, literal, separator of kJoin, pattern of kRegex
  std::vector<std::string> names;               ///< kFirstKey: the keys; kEach: the path in each member, or none
  std::vector<Expr> operands;
  std::shared_ptr<const re2::RE2> pattern;      ///< kRegex
  int group = 0;                                ///< kRegex
};

inline constexpr std::size_t kMostExpressionBytes = 1024;
inline constexpr int kMostExpressionDepth = 16;

/// Calls `visit` with the expression and everything in it.
template <class Visit>
void visit_all(const Expr& expression, const Visit& visit) {
  if (!expression) return;
  visit(*expression);
  for (const auto& operand : expression->operands) visit_all(operand, visit);
}

}  // namespace valetkey::services
