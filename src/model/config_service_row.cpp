#include "model/records.hpp"
#include "model/row_document.hpp"

namespace valetkey::model {

template <class Io>
static void members(Io& io, Is<ConfigService> auto& service) {
  io("description", service.description);
  io("implementation", service.implementation);
  io("kinds", service.kinds);
  io("version", service.version);
  io("signing_secret", service.signing_secret);
  io("created_at", service.created_at);
  io("updated_at", service.updated_at);
}

template <class Io>
static void members(Io& io, Is<ServiceVersion> auto& version) {
  io("kinds", version.kinds);
  io("text", version.text);
  io("created_at", version.created_at);
  io("created_by", version.created_by);
}

std::string service_version_id(const ServiceId& service, std::int64_t number) { return service.str() + "/" + std::to_string(number); }

template <>
Row to_row(const ConfigService& service) {
  return {.kind = Kind::kConfigService,
          .tenant = service.tenant.str(),
          .id = service.id.str(),
          .revision = service.revision,
          .columns = {text_column(service.name)},
          .doc = document_of(service)};
}

template <>
Result<ConfigService> from_row(const Row& row) {
  ConfigService service;
  if (auto read = read_document(row, Kind::kConfigService, service); !read) return fail(std::move(read.error()));
  service.id = ServiceId{row.id};
  service.tenant = TenantId{row.tenant};
  service.revision = row.revision;
  service.name = text_of(row.columns[0]);
  return service;
}

template <>
Row to_row(const ServiceVersion& version) {
  return {.kind = Kind::kServiceVersion,
          .tenant = version.tenant.str(),
          .id = service_version_id(version.service, version.number),
          .revision = version.revision,
          .columns = {text_column(version.service.str()), version.number},
          .doc = document_of(version)};
}

template <>
Result<ServiceVersion> from_row(const Row& row) {
  ServiceVersion version;
  if (auto read = read_document(row, Kind::kServiceVersion, version); !read) return fail(std::move(read.error()));
  version.service = ServiceId{text_of(row.columns[0])};
  version.tenant = TenantId{row.tenant};
  version.number = integer_of(row.columns[1]);
  version.revision = row.revision;
  return version;
}

}  // namespace valetkey::model
