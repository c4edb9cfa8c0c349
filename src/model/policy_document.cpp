#include "model/policy_document.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "model/json_reader.hpp"

namespace valetkey::model {
namespace {

constexpr std::int64_t kMost = 1'000'000'000;

struct FlagMember {
  std::string_view name;
  bool Policy::* member;
};
constexpr FlagMember kFlags[] = {{"forbid_password_grant", &Policy::forbid_password_grant},
                                 {"forbid_front_channel", &Policy::forbid_front_channel}};

struct LimitMember {
  std::string_view name;
  std::optional<std::int64_t> Policy::* member;
};
constexpr LimitMember kLimits[] = {{"max_credentials", &Policy::max_credentials}, {"max_connections", &Policy::max_connections}};

}  // namespace

Result<Policy> read_policy(const boost::json::value& document, const Policy& current, std::string_view pointer) {
  constexpr std::string_view kDoing = "read the policy";
  if (!document.is_object()) return fail(invalid_input(std::string(kDoing), {{std::string(pointer), "must be an object"}}));
  std::vector<FieldError> errors;
  JsonReader reader(document.as_object(), std::string(pointer), errors);
  Policy out = current;
  for (const auto& [name, member] : kFlags) {
    if (const auto value = reader.optional_bool(name)) out.*member = *value;
    if (reader.is_null(name)) out.*member = false;
  }
  for (const auto& [name, member] : kLimits) {
    if (const auto value = reader.optional_integer(name, 0, kMost)) out.*member = value;
    if (reader.is_null(name)) (out.*member).reset();
  }
  reader.finish();
  if (!errors.empty()) return fail(invalid_input(std::string(kDoing), std::move(errors)));
  return out;
}

boost::json::object to_json(const Policy& policy) {
  boost::json::object out;
  for (const auto& [name, member] : kFlags) out.emplace(name, policy.*member);
  for (const auto& [name, member] : kLimits)
    out.emplace(name, policy.*member ? boost::json::value(*(policy.*member)) : boost::json::value(nullptr));
  return out;
}

std::vector<FieldError> loosened(const Policy& before, const Policy& after, const Policy& defaults) {
  constexpr std::string_view kWho = "can be allowed again with an installation key only, by PATCH /v1/tenants/{id}";
  std::vector<FieldError> errors;
  for (const auto& [name, member] : kFlags)
    if (before.*member && !(after.*member)) errors.push_back({pointer_to("", name), std::string(kWho)});
  for (const auto& [name, member] : kLimits) {
    const auto limit = (before.*member).value_or(*(defaults.*member));
    if ((after.*member).value_or(*(defaults.*member)) > limit)
      errors.push_back({pointer_to("", name), fmt::format("is at most {}; more {}", limit, kWho)});
  }
  return errors;
}

}  // namespace valetkey::model
