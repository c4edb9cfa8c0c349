#pragma once
#include "services/expressions/evaluation.hpp"

namespace valetkey::services {

/// What a message is made from, of an event and of a click alike.
struct MessageRule {
  Expr type, id, app_user_id;
  std::string_view payload = "$";  ///< path in the item
  const TimeExpr* occurred_at = nullptr;
};

/// What an event without a type is called.
inline constexpr std::string_view kUnknownType = "unknown";

/// One event in the one shape. Never fails: what is not there is empty, what is too long to be an id is its digest.
Message message_of(const MessageRule& rule, const Facts& facts, const Verdict& verdict);
/// The type alone.
std::string type_of(const Expr& type, const Facts& facts);

}  // namespace valetkey::services
