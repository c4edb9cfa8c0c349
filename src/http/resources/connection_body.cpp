#include "http/resources/connection_body.hpp"

#include <boost/json/object.hpp>

#include "http/resources/connection_document.hpp"

namespace valetkey::http {
namespace {

using model::fail;

oauth::ImportedTokens read_import(model::JsonReader reader) {
  oauth::ImportedTokens tokens;
  tokens.access_token = model::Secret(reader.required_string("access_token", {.least = 1, .most = 16384}));
  tokens.refresh_token = model::Secret(reader.string_or("refresh_token", "", {.most = 16384}));
  tokens.token_type = reader.string_or("token_type", "Bearer", {.least = 1, .most = 64});
  if (auto text = reader.optional_string("expires_at")) {
    tokens.expires_at = model::parse_rfc3339(*text);
    if (!tokens.expires_at) reader.error("expires_at", "must be an RFC 3339 time such as 2026-01-02T03:04:05Z");
  }
  tokens.scopes = reader.optional_strings("scopes", 100).value_or(std::vector<std::string>{});
  reader.finish();
  return tokens;
}

}  // namespace

model::Result<oauth::ConnectionWish> read_connection_wish(const Request& request) {
  auto body = json_object(request);
  if (!body) return fail(std::move(body.error()));
  std::vector<model::FieldError> errors;
  model::JsonReader reader(*body, "", errors);
  oauth::ConnectionWish wish;
  wish.credential = model::CredentialId{reader.required_string("credential", {.least = 1, .most = 64})};
  wish.end_user = read_end_user(reader, false);
  wish.username = reader.string_or("username", "", {.most = 1024});
  wish.password = model::Secret(reader.string_or("password", "", {.most = 4096}));
  wish.audience = reader.string_or("audience", "", {.most = 2048});
  wish.scopes = reader.optional_strings("scopes", 100, {.least = 1, .most = 256}).value_or(std::vector<std::string>{});
  wish.fields = reader.optional_string_map("fields").value_or(std::map<std::string, std::string>{});
  wish.metadata = reader.optional_string_map("metadata").value_or(std::map<std::string, std::string>{});
  if (auto import = reader.optional_object("import")) wish.import = read_import(*import);
  reader.finish();
  if (!errors.empty()) return fail(model::invalid_input("make a connection", std::move(errors)));
  return wish;
}

model::Result<ConnectionChange> read_connection_change(const Request& request) {
  auto body = json_object(request);
  if (!body) return fail(std::move(body.error()));
  std::vector<model::FieldError> errors;
  model::JsonReader reader(*body, "", errors);
  ConnectionChange change;
  change.metadata = reader.optional_string_map("metadata");
  if (auto user = reader.optional_object("end_user")) {
    change.end_user = model::EndUser{.display_name = user->string_or("display_name", "", {.most = 255}),
                                     .email = user->string_or("email", "", {.most = 320})};
    user->finish();
  }
  change.held = reader.optional_bool("held");
  reader.finish();
  if (!errors.empty()) return fail(model::invalid_input("change a connection", std::move(errors)));
  return change;
}

}  // namespace valetkey::http
