#pragma once
#include "oauth/tokens.hpp"
#include "ports/account_api.hpp"

namespace valetkey::calls {

/// Buffered calls to an account's API, for scripts and token checks: the rules of AccountCalls (S15, S16) for requests and answers that
/// fit in memory. Thread safe.
class AccountRequests final : public ports::AccountApi {
 public:
  AccountRequests(oauth::Context& context, oauth::Tokens& tokens) : context_(context), tokens_(tokens) {}

  /// Without `access_token` a token read gives one, which is renewed once where the API finds it expired; with it nothing is read or
  /// renewed, so that a caller inside the refresh guard never asks for the guard. The connection's state is obeyed either way.
  ports::Answer<ports::HttpResponse> call(ports::AccountCall call) override;

 private:
  ports::Answer<oauth::Access> access_of(const ports::AccountCall& call);
  ports::Answer<oauth::Access> access_with(const ports::AccountCall& call);
  ports::Answer<ports::HttpRequest> request_of(const ports::AccountCall& call, const oauth::Access& access);
  ports::Answer<ports::HttpRequest> introspection_of(const oauth::Access& access);
  ports::Answer<ports::HttpResponse> exchange(const ports::AccountCall& call, const oauth::Access& access);

  oauth::Context& context_;
  oauth::Tokens& tokens_;
};

}  // namespace valetkey::calls
