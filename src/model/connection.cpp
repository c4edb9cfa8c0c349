#include "model/connection.hpp"

#include <utility>

namespace valetkey::model {

std::string_view to_string(ConnectionState state) {
  switch (state) {
    case ConnectionState::kAwaitingConfirmation: return "awaiting_confirmation";
    case ConnectionState::kActive: return "active";
    case ConnectionState::kNeedsReconnect: return "needs_reconnect";
    case ConnectionState::kHeld: return "held";
    case ConnectionState::kRevoked: return "revoked";
  }
  std::unreachable();
}

const AccessToken* find_token(const Grant& grant, std::string_view name, std::string_view audience) {
  for (const auto& token : grant.access_tokens)
    if (token.name == name && token.audience == audience) return &token;
  return nullptr;
}

}  // namespace valetkey::model
