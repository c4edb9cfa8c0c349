#include "oauth/account.hpp"

#include <boost/json.hpp>

#include "model/json_reader.hpp"

namespace valetkey::oauth {
namespace {

using model::Code;
using model::fail;

model::Result<std::string> text_at(const boost::json::value& document, const std::string& path, std::string_view where) {
  const auto* value = model::at_path(document, path);
  auto text = value != nullptr ? model::scalar_text(*value) : std::nullopt;
  if (!text || text->empty()) return fail(Code::kProviderRejected, fmt::format("{} does not name the account at `{}`", where, path));
  return std::move(*text);
}

ports::Answer<std::string> from_userinfo(Context& context, const Client& client, const TokenAnswer& answer,
                                         const std::map<std::string, std::string>& fields) {
  auto url = filled_url(client, client.integration.userinfo_url, fields);
  if (!url) co_return fail(std::move(url.error()));
  ports::HttpRequest request{.method = "GET", .url = std::move(*url), .tenant = client.credential.tenant};
  request.headers = {{"Authorization", fmt::format("Bearer {}", answer.access_token.reveal())}, {"Accept", "application/json"}};
  auto response = co_await context.http.send(std::move(request));
  if (!response) co_return fail(model::in_context(std::move(response.error().error), "ask userinfo for the account"));
  if (response->status != 200)
    co_return fail(Code::kProviderRejected, fmt::format("userinfo answered {} instead of the account", response->status));
  auto document = model::parse_json(response->body);
  if (!document) co_return fail(Code::kProviderRejected, "userinfo did not answer JSON");
  co_return text_at(*document, client.integration.account.path, "userinfo");
}

}  // namespace

ports::Answer<std::string> account_of(Context& context, const Client& client, const TokenAnswer& answer,
                                      const std::map<std::string, std::string>& fields, const boost::json::object& id_claims,
                                      const std::map<std::string, std::string>& callback) {
  const auto& source = client.integration.account;
  switch (source.from) {
    case model::AccountSource::From::kNothing: {
      const auto* subject = id_claims.if_contains("sub");
      co_return subject != nullptr && subject->is_string() ? std::string(subject->as_string()) : std::string{};
    }
    case model::AccountSource::From::kTokenResponse: {
      const auto extra = model::parse_json(answer.extra.reveal());
      if (!extra) co_return fail(Code::kInternal, "the kept members of a token response cannot be read");
      co_return text_at(*extra, source.path, "the token response");
    }
    case model::AccountSource::From::kIdToken: co_return text_at(id_claims, source.path, "the ID token");
    case model::AccountSource::From::kUserinfo: co_return co_await from_userinfo(context, client, answer, fields);
    case model::AccountSource::From::kCallback: {
      const auto found = callback.find(source.path);
      if (found == callback.end())
        co_return fail(Code::kProviderRejected, fmt::format("the callback does not name the account as `{}`", source.path));
      co_return found->second;
    }
  }
  std::unreachable();
}

}  // namespace valetkey::oauth
