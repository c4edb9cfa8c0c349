#include "oauth/grant_tokens.hpp"

#include "vault/places.hpp"

namespace valetkey::oauth {
namespace {

/// Audiences kept side by side in one grant.
constexpr std::size_t kMostTokens = 16;

ports::Answer<void> put_token(Context& context, const Client& client, model::Grant& grant, model::AccessToken token,
                              const model::Secret& value) {
  token.generation = grant.generation;
  auto sealed = co_await context.keys.seal(vault::access_token_place(grant, token, client.set_hash), value);
  if (!sealed) co_return model::fail(std::move(sealed.error()));
  token.sealed = std::move(*sealed);
  std::erase_if(grant.access_tokens, [&](const auto& old) { return old.name == token.name && old.audience == token.audience; });
  grant.access_tokens.insert(grant.access_tokens.begin(), std::move(token));
  if (grant.access_tokens.size() > kMostTokens) grant.access_tokens.pop_back();
  co_return model::Result<void>{};
}

ports::Answer<void> put_tokens(Context& context, const Client& client, model::Grant& grant, const TokenAnswer& answer, const Asked& asked) {
  for (const auto& named : answer.named) {
    auto put = co_await put_token(context, client, grant,
                                  {.name = named.name, .scopes = named.scopes, .issued_at = asked.sent_at, .expires_at = named.expires_at},
                                  named.access_token);
    if (!put) co_return put;
  }
  if (answer.access_token.empty()) co_return model::Result<void>{};
  co_return co_await put_token(context, client, grant,
                               {.audience = asked.audience,
                                .token_type = answer.token_type,
                                .scopes = answer.scopes.value_or(asked.scopes),
                                .issued_at = asked.sent_at,
                                .expires_at = answer.expires_at},
                               answer.access_token);
}

ports::Answer<void> put_refresh_token(Context& context, const Client& client, model::Grant& grant, const TokenAnswer& answer,
                                      const Asked& asked) {
  grant.refresh_used_at = asked.sent_at;
  if (answer.refresh_expires_at) grant.refresh_expires_at = answer.refresh_expires_at;
  if (answer.refresh_token.empty()) co_return model::Result<void>{};
  auto sealed = co_await context.keys.seal(vault::refresh_token_place(grant, client.set_hash), answer.refresh_token);
  if (!sealed) co_return model::fail(std::move(sealed.error()));
  grant.refresh_token = std::move(*sealed);
  if (!answer.refresh_expires_at && client.integration.refresh_token_lifetime)
    grant.refresh_expires_at = asked.sent_at + *client.integration.refresh_token_lifetime;
  co_return model::Result<void>{};
}

}  // namespace

ports::Answer<model::Grant> with_tokens(Context& context, const Client& client, model::Grant grant, std::int64_t generation,
                                        const TokenAnswer& answer, const Asked& asked) {
  const auto old_end = grant.refresh_expires_at;
  grant.generation = generation;
  if (auto put = co_await put_tokens(context, client, grant, answer, asked); !put) co_return model::fail(std::move(put.error()));
  if (auto put = co_await put_refresh_token(context, client, grant, answer, asked); !put) co_return model::fail(std::move(put.error()));
  if (answer.extra.reveal() != "{}") {
    auto sealed = co_await context.keys.seal(vault::extra_place(grant, client.set_hash), answer.extra);
    if (!sealed) co_return model::fail(std::move(sealed.error()));
    grant.extra = std::move(*sealed);
  }
  if (answer.scopes || grant.scopes.empty()) grant.scopes = answer.scopes.value_or(asked.scopes);
  grant.attempt = model::Attempt::kNone;
  grant.attempt_at.reset();
  grant.failures = 0;
  grant.next_attempt_at.reset();
  grant.last_error.clear();
  if (grant.refresh_expires_at != old_end) grant.expiring_announced = false;
  auto data_key = co_await context.keys.current_data_key(vault::Purpose::kSecrets, grant.tenant);
  if (!data_key) co_return model::fail(std::move(data_key.error()));
  grant.data_key = std::move(*data_key);
  grant.due_at = can_refresh(grant, client.integration, client.is_client_credentials())
                     ? due_at(grant, client.integration, context.refresh, context.clock.wall_now(), context.random.fraction())
                     : std::nullopt;
  co_return grant;
}

}  // namespace valetkey::oauth
