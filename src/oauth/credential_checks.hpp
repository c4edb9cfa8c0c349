#pragma once
#include <string>
#include <vector>

#include "oauth/client.hpp"

namespace valetkey::oauth {

/// One thing that was tried with a credential.
struct CredentialCheck {
  enum class Outcome { kOk, kFailed, kSkipped };
  std::string name;  ///< the member that was tried, `metadata` or `client`
  Outcome outcome = Outcome::kSkipped;
  std::string detail;
};
std::string_view to_string(CredentialCheck::Outcome outcome);

/// Whether the credential can work: every URL answers, the server's own metadata agrees (RFC 8414, OpenID Connect Discovery), and the
/// client is accepted where its grant lets that be tried without an end user. Only the last sends a secret, and only to the token
/// endpoint of the set in force (S1); the token it brings is thrown away.
ports::Task<std::vector<CredentialCheck>> check_credential(Context& context, const Client& client);

}  // namespace valetkey::oauth
