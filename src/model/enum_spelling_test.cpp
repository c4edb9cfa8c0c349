#include "model/enum_spelling.hpp"

#include <gtest/gtest.h>

namespace valetkey::model {
namespace {

/// Stored documents and the API hold these words: a change here breaks both.
template <class Enum>
void expect_spellings(std::vector<std::string_view> words) {
  std::vector<std::string_view> found;
  for (const auto& [text, value] : spellings<Enum>()) {
    found.push_back(text);
    EXPECT_EQ(static_cast<std::size_t>(value), found.size() - 1) << text << ": one entry per value, in its order";
    EXPECT_EQ(spelled<Enum>(text), value);
    EXPECT_EQ(spelling(value), text);
  }
  EXPECT_EQ(found, words);
  EXPECT_EQ(spelled<Enum>("Unheard_of"), std::nullopt);
  EXPECT_EQ(spelled<Enum>(""), std::nullopt);
}

TEST(EnumSpelling, never_changes) {
  expect_spellings<GrantType>({"authorization_code", "password", "client_credentials"});
  expect_spellings<Completion>({"confirmed", "immediate"});
  expect_spellings<ClientAuthentication>({"none", "client_secret_basic", "client_secret_post", "basic_secret_only"});
  expect_spellings<Rotation>({"none", "strict", "grace"});
  expect_spellings<AccountSource::From>({"nothing", "token_response", "id_token", "userinfo", "callback"});
  expect_spellings<ConnectionState>({"awaiting_confirmation", "active", "needs_reconnect", "held", "revoked"});
  expect_spellings<Attempt>({"none", "started", "unknown"});
  expect_spellings<SessionState>({"open", "bound", "authorized", "completed", "failed"});
  expect_spellings<KeyRole>({"tenant", "installation", "bootstrap"});
}

TEST(EnumSpelling, agrees_with_the_state_of_a_connection_elsewhere) {
  for (const auto& [text, state] : spellings<ConnectionState>()) EXPECT_EQ(to_string(state), text);
}

}  // namespace
}  // namespace valetkey::model
