#include "services/verify/items.hpp"

#include <boost/json.hpp>

#include "services/expressions/json_path.hpp"

namespace valetkey::services::verify {

std::vector<const boost::json::value*> items_of(const ParseRule* rule, const boost::json::value* body) {
  if (body == nullptr) return {};
  const auto is_split = rule != nullptr && (!rule->split.empty() || (rule->lists && body->is_array()));
  if (!is_split) return {body};
  const auto* found = rule->split.empty() ? body : value_at(*body, rule->split);
  const auto* list = found == nullptr ? nullptr : found->if_array();
  std::vector<const boost::json::value*> out;
  if (list == nullptr) return out;
  out.reserve(list->size());
  for (const auto& item : *list) out.push_back(&item);
  return out;
}

}  // namespace valetkey::services::verify
