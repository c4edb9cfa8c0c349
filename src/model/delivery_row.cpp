#include "model/records.hpp"
#include "model/row_document.hpp"

namespace valetkey::model {

template <class Io>
static void members(Io& io, Is<DeliveryAttempt> auto& attempt) {
  io("at", attempt.at);
  io("duration_ms", attempt.duration_ms);
  io("status", attempt.status);
  io("error", attempt.error);
}

template <class Io>
static void members(Io& io, Is<Delivery> auto& delivery) {
  io("event_sequence", delivery.event_sequence);
  io("event_type", delivery.event_type);
  io("attempts", delivery.attempts);
  io("log", delivery.log);
  io("reply", delivery.reply);
  io("is_replay", delivery.is_replay);
}

template <class Io>
static void members(Io& io, Is<EventCursor> auto& cursor) {
  io("sequence", cursor.sequence);
}

template <>
Row to_row(const Delivery& delivery) {
  return {.kind = Kind::kDelivery,
          .tenant = delivery.tenant.str(),
          .id = delivery.id.str(),
          .revision = delivery.revision,
          .columns = {text_column(delivery.destination.str()), text_column(delivery.event.str()), text_column(spelling(delivery.state)),
                      time_column(delivery.due_at), to_unix_ms(delivery.created_at)},
          .doc = document_of(delivery)};
}

template <>
Result<Delivery> from_row(const Row& row) {
  Delivery delivery;
  if (auto read = read_document(row, Kind::kDelivery, delivery); !read) return fail(std::move(read.error()));
  const auto state = spelled<DeliveryState>(text_of(row.columns[2]));
  if (!state) return fail(unreadable_row(row.kind, {{"/state", "is not a state of a delivery"}}));
  delivery.id = DeliveryId{row.id};
  delivery.tenant = TenantId{row.tenant};
  delivery.revision = row.revision;
  delivery.destination = DestinationId{text_of(row.columns[0])};
  delivery.event = EventId{text_of(row.columns[1])};
  delivery.state = *state;
  delivery.due_at = time_of(row.columns[3]);
  delivery.created_at = from_unix_ms(integer_of(row.columns[4]));
  return delivery;
}

template <>
Row to_row(const EventCursor& cursor) {
  return {.kind = Kind::kEventCursor, .id = cursor.id, .revision = cursor.revision, .doc = document_of(cursor)};
}

template <>
Result<EventCursor> from_row(const Row& row) {
  EventCursor cursor;
  if (auto read = read_document(row, Kind::kEventCursor, cursor); !read) return fail(std::move(read.error()));
  cursor.id = row.id;
  cursor.revision = row.revision;
  return cursor;
}

}  // namespace valetkey::model
