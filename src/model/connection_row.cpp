#include "model/records.hpp"
#include "model/row_document.hpp"

namespace valetkey::model {

/// The user's id is a column.
template <class Io>
static void members(Io& io, Is<EndUser> auto& user) {
  io("display_name", user.display_name);
  io("email", user.email);
}

template <class Io>
static void members(Io& io, Is<Validation> auto& validation) {
  io("outcome", validation.outcome);
  io("reason", validation.reason);
  io("at", validation.at);
}

template <class Io>
static void members(Io& io, Is<Connection> auto& connection) {
  io("end_user", connection.end_user);
  io("account", connection.account);
  io("state_reason", connection.state_reason);
  io("fields", connection.fields);
  io("metadata", connection.metadata);
  io("current_grant", connection.current_grant);
  io("validation", connection.validation);
  io("created_at", connection.created_at);
  io("updated_at", connection.updated_at);
}

template <>
Row to_row(const Connection& connection) {
  return {.kind = Kind::kConnection,
          .tenant = connection.tenant.str(),
          .id = connection.id.str(),
          .revision = connection.revision,
          .columns = {text_column(connection.credential.str()), text_column(connection.end_user.id),
                      text_column(to_string(connection.state)), text_column(connection.unique_key), text_column(connection.app_user_id)},
          .doc = document_of(connection)};
}

template <>
Result<Connection> from_row(const Row& row) {
  Connection connection;
  if (auto read = read_document(row, Kind::kConnection, connection); !read) return fail(std::move(read.error()));
  const auto state = spelled<ConnectionState>(text_of(row.columns[2]));
  if (!state) return fail(unreadable_row(row.kind, {{"/state", "is not a state of a connection"}}));
  connection.id = ConnectionId{row.id};
  connection.tenant = TenantId{row.tenant};
  connection.revision = row.revision;
  connection.credential = CredentialId{text_of(row.columns[0])};
  connection.end_user.id = text_of(row.columns[1]);
  connection.state = *state;
  connection.unique_key = text_of(row.columns[3]);
  connection.app_user_id = text_of(row.columns[4]);
  return connection;
}

}  // namespace valetkey::model
