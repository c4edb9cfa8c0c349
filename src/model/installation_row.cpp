#include "model/records.hpp"
#include "model/row_document.hpp"

namespace valetkey::model {

template <class Io>
static void members(Io& io, Is<Installation> auto& installation) {
  io("id", installation.id);
  io("fingerprint", installation.fingerprint);
  io("hold", installation.hold);
  io("hold_reason", installation.hold_reason);
  io("created_at", installation.created_at);
  io("first_admin_at", installation.first_admin_at);
}

template <>
Row to_row(const Installation& installation) {
  return {.kind = Kind::kInstallation, .id = "installation", .revision = installation.revision, .doc = document_of(installation)};
}

template <>
Result<Installation> from_row(const Row& row) {
  Installation installation;
  if (auto read = read_document(row, Kind::kInstallation, installation); !read) return fail(std::move(read.error()));
  installation.revision = row.revision;
  return installation;
}

}  // namespace valetkey::model
