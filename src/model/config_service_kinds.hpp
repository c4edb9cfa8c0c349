#pragma once
#include <algorithm>
#include <string_view>

namespace valetkey::model {

/// The pluggable steps of a credential (webhook parsing, token checks).
inline constexpr std::string_view kConfigServiceKinds[] = {"token_validation", "user_id_mapper", "action_callback_parser", "webhook_parser",
                                                           "webhook_event_verification"};
/// Those of custom authentication: they stand in for the standard token requests, and see secrets.
inline constexpr std::string_view kCustomServiceKinds[] = {"token_generation", "token_refreshal"};

inline bool is_config_service_kind(std::string_view text) {
  return std::ranges::find(kConfigServiceKinds, text) != std::end(kConfigServiceKinds);
}
inline bool is_custom_service_kind(std::string_view text) {
  return std::ranges::find(kCustomServiceKinds, text) != std::end(kCustomServiceKinds);
}

}  // namespace valetkey::model
