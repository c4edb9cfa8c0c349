#include "model/records.hpp"
#include "model/row_document.hpp"
#include "model/stored_secret_document.hpp"

namespace valetkey::model {

template <class Io>
static void members(Io& io, Is<EventFilter> auto& filter) {
  io("types", filter.types);
  io("integrations", filter.integrations);
  io("credentials", filter.credentials);
  io("connections", filter.connections);
}

template <class Io>
static void members(Io& io, Is<Destination> auto& destination) {
  io("description", destination.description);
  io("url", destination.url);
  io("filter", destination.filter);
  io("secrets", destination.secrets);
  io("is_enabled", destination.is_enabled);
  io("disabled_reason", destination.disabled_reason);
  io("created_at", destination.created_at);
  io("updated_at", destination.updated_at);
}

template <>
Row to_row(const Destination& destination) {
  return {.kind = Kind::kDestination,
          .tenant = destination.tenant.str(),
          .id = destination.id.str(),
          .revision = destination.revision,
          .columns = {text_column(destination.name)},
          .doc = document_of(destination)};
}

template <>
Result<Destination> from_row(const Row& row) {
  Destination destination;
  if (auto read = read_document(row, Kind::kDestination, destination); !read) return fail(std::move(read.error()));
  destination.id = DestinationId{row.id};
  destination.tenant = TenantId{row.tenant};
  destination.revision = row.revision;
  destination.name = text_of(row.columns[0]);
  return destination;
}

}  // namespace valetkey::model
