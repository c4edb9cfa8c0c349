#include "oauth/app_user.hpp"

#include <algorithm>
#include <boost/json.hpp>

#include "model/json_reader.hpp"
#include "model/placeholder_text.hpp"
#include "oauth/token_request.hpp"
#include "ports/config_services.hpp"

namespace valetkey::oauth {
namespace {

namespace json = boost::json;

constexpr std::string_view kTokens[] = {"access_token", "refresh_token", "id_token", "token", "client_secret"};

json::value stripped(const json::value& value) {
  if (value.is_object()) return without_tokens(value.as_object());
  if (!value.is_array()) return value;
  json::array out;
  for (const auto& item : value.as_array()) out.push_back(stripped(item));
  return out;
}

json::object token_response_of(const Client& client, const TokenAnswer& answer) {
  json::object out;
  if (auto extra = model::parse_json(answer.extra.reveal()); extra && extra->is_object()) out = without_tokens(extra->as_object());
  out["token_type"] = answer.token_type;
  if (answer.scopes) out["scope"] = joined_scopes(*answer.scopes, client.integration.scope_separator);
  return out;
}

}  // namespace

json::object without_tokens(const json::object& members) {
  json::object out;
  for (const auto& [name, value] : members)
    if (std::ranges::find(kTokens, std::string_view(name)) == std::end(kTokens)) out[name] = stripped(value);
  return out;
}

std::map<std::string, std::string> proven_fields(const model::Integration& integration, const std::map<std::string, std::string>& fields) {
  std::map<std::string, std::string> proven;
  for (const auto& [name, value] : fields) {
    const auto* placeholder = model::find_placeholder(integration.placeholders, name);
    // What the callback captures too is the callback's word, whoever else tells it.
    const bool is_told_by_provider = placeholder == nullptr ? integration.capture.token_response.contains(name)
                                                            : placeholder->filled_by == model::FilledBy::kTokenResponse ||
                                                                  placeholder->filled_by == model::FilledBy::kLookup;
    if (is_told_by_provider && !integration.capture.callback.contains(name)) proven.emplace(name, value);
  }
  return proven;
}

ports::Task<std::string> app_user_id_of(Context& context, const Client& client, NewAccount account) {
  const auto& connection = account.connection;
  const bool is_proven = client.integration.account.from != model::AccountSource::From::kCallback;
  ports::ConnectedAccount connected{.tenant = connection.tenant, .connection = connection.id};
  if (is_proven) connected.account = connection.account;
  const auto mapper = client.set.config_services.find("user_id_mapper");
  if (mapper == client.set.config_services.end() || context.services == nullptr)
    co_return connected.account.empty() ? connection.app_user_id : connected.account;
  connected.service = mapper->second;
  connected.token_response = token_response_of(client, account.answer);
  connected.id_token = account.id_claims;
  connected.fields = proven_fields(client.integration, account.fields);
  connected.access_token = account.answer.access_token;
  connected.connecting = {.credential = connection.credential, .endpoint_set = client.set.number, .fields = account.fields};
  auto found = co_await context.services->app_user_id(std::move(connected));
  if (found && found->empty()) co_return connection.app_user_id;
  if (found) co_return std::move(*found);
  context.log.write(ports::LogLevel::kWarning, "the user id mapper failed, the connection's events find it once it is connected anew",
                    {{"connection", connection.id.str()}, {"service", mapper->second}, {"cause", found.error().detail}});
  co_return connection.app_user_id;
}

}  // namespace valetkey::oauth
