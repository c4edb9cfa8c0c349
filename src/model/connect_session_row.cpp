#include "model/records.hpp"
#include "model/row_document.hpp"

namespace valetkey::model {

template <class Io>
static void members(Io& io, Is<EndUser> auto& user) {
  io("id", user.id);
  io("display_name", user.display_name);
  io("email", user.email);
}

template <class Io>
static void members(Io& io, Is<ConnectSession> auto& session) {
  io("credential", session.credential);
  io("end_user", session.end_user);
  io("renews", session.renews);
  io("return_url", session.return_url);
  io("opener_origin", session.opener_origin);
  io("scopes", session.scopes);
  io("browser_hash", session.browser_hash);
  io("fields", session.fields);
  io("state", session.state);
  io("error", session.error);
  io("choice_field", session.choice_field);
  io("choices", session.choices);
  io("connection", session.connection);
  io("account", session.account);
  io("app_user_id", session.app_user_id);
  io("grant", session.grant);
  io("confirm_hash", session.confirm_hash);
  io("confirm_expires_at", session.confirm_expires_at);
  io("created_at", session.created_at);
}

template <>
Row to_row(const ConnectSession& session) {
  return {.kind = Kind::kConnectSession,
          .tenant = session.tenant.str(),
          .id = session.id.str(),
          .revision = session.revision,
          .columns = {text_column(session.token_hash), to_unix_ms(session.expires_at)},
          .doc = document_of(session)};
}

template <>
Result<ConnectSession> from_row(const Row& row) {
  ConnectSession session;
  if (auto read = read_document(row, Kind::kConnectSession, session); !read) return fail(std::move(read.error()));
  session.id = ConnectSessionId{row.id};
  session.tenant = TenantId{row.tenant};
  session.revision = row.revision;
  session.token_hash = text_of(row.columns[0]);
  session.expires_at = from_unix_ms(integer_of(row.columns[1]));
  return session;
}

}  // namespace valetkey::model
