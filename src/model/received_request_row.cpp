#include "model/records.hpp"
#include "model/row_document.hpp"

namespace valetkey::model {

template <class Io>
static void members(Io& io, Is<ReceivedRequest> auto& request) {
  io("connection", request.connection);
  io("integration", request.integration);
  io("kind", request.kind);
  io("verification", request.verification);
  io("raw", request.raw);
  io("messages", request.messages);
  io("failures", request.failures);
  io("last_error", request.last_error);
}

template <class Io>
static void members(Io& io, Is<SeenEvent> auto& seen) {
  io("request", seen.request);
}

template <>
Row to_row(const ReceivedRequest& request) {
  return {.kind = Kind::kReceivedRequest,
          .tenant = request.tenant.str(),
          .id = request.id.str(),
          .revision = request.revision,
          .columns = {text_column(request.endpoint.str()), text_column(request.credential.str()), text_column(spelling(request.state)),
                      time_column(request.due_at), to_unix_ms(request.received_at)},
          .doc = document_of(request)};
}

template <>
Result<ReceivedRequest> from_row(const Row& row) {
  ReceivedRequest request;
  if (auto read = read_document(row, Kind::kReceivedRequest, request); !read) return fail(std::move(read.error()));
  const auto state = spelled<RequestState>(text_of(row.columns[2]));
  if (!state) return fail(unreadable_row(row.kind, {{"/state", "is not a state of a received request"}}));
  request.id = RequestId{row.id};
  request.tenant = TenantId{row.tenant};
  request.revision = row.revision;
  request.endpoint = EndpointId{text_of(row.columns[0])};
  request.credential = CredentialId{text_of(row.columns[1])};
  request.state = *state;
  request.due_at = time_of(row.columns[3]);
  request.received_at = from_unix_ms(integer_of(row.columns[4]));
  return request;
}

template <>
Row to_row(const SeenEvent& seen) {
  return {.kind = Kind::kSeenEvent,
          .tenant = seen.tenant.str(),
          .id = seen.id,
          .revision = seen.revision,
          .columns = {to_unix_ms(seen.expires_at)},
          .doc = document_of(seen)};
}

template <>
Result<SeenEvent> from_row(const Row& row) {
  SeenEvent seen;
  if (auto read = read_document(row, Kind::kSeenEvent, seen); !read) return fail(std::move(read.error()));
  seen.id = row.id;
  seen.tenant = TenantId{row.tenant};
  seen.revision = row.revision;
  seen.expires_at = from_unix_ms(integer_of(row.columns[0]));
  return seen;
}

}  // namespace valetkey::model
