#pragma once
#include "http/resources/read_counts.hpp"
#include "oauth/authorization_flow.hpp"
#include "oauth/connect_sessions.hpp"
#include "oauth/connections.hpp"
#include "oauth/tokens.hpp"

namespace valetkey::http {

/// What the routes of connections, tokens and connect sessions work with.
struct OauthWorld {
  oauth::Context& context;
  oauth::Tokens& tokens;
  oauth::Connections& connections;
  oauth::ConnectSessions& sessions;
  oauth::AuthorizationFlow& flow;
  ReadCounts& read_counts;
};

}  // namespace valetkey::http
