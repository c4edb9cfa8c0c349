#include <fmt/format.h>

#include "model/records.hpp"
#include "model/row_document.hpp"

namespace valetkey::model {

template <class Io>
static void members(Io& io, Is<CustomIntegration> auto& integration) {
  io("document", integration.document);
  io("created_at", integration.created_at);
  io("updated_at", integration.updated_at);
}

std::string custom_integration_id(const TenantId& tenant, std::string_view slug) { return fmt::format("{}/{}", tenant.str(), slug); }

template <>
Row to_row(const CustomIntegration& integration) {
  return {.kind = Kind::kIntegration,
          .tenant = integration.tenant.str(),
          .id = custom_integration_id(integration.tenant, integration.slug),
          .revision = integration.revision,
          .columns = {text_column(integration.slug)},
          .doc = document_of(integration)};
}

template <>
Result<CustomIntegration> from_row(const Row& row) {
  CustomIntegration integration;
  if (auto read = read_document(row, Kind::kIntegration, integration); !read) return fail(std::move(read.error()));
  integration.slug = text_of(row.columns[0]);
  integration.tenant = TenantId{row.tenant};
  integration.revision = row.revision;
  return integration;
}

}  // namespace valetkey::model
