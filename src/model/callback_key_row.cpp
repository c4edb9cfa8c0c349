#include "model/records.hpp"
#include "model/row_document.hpp"

namespace valetkey::model {

template <class Io>
static void members(Io& io, Is<CallbackKey> auto& key) {
  io("credential", key.credential);
  io("created_at", key.created_at);
}

template <>
Row to_row(const CallbackKey& key) {
  return {.kind = Kind::kCallbackKey,
          .tenant = key.tenant.str(),
          .id = key.id,
          .columns = {text_column(key.id), text_column(key.integration)},
          .doc = document_of(key)};
}

template <>
Result<CallbackKey> from_row(const Row& row) {
  CallbackKey key;
  if (auto read = read_document(row, Kind::kCallbackKey, key); !read) return fail(std::move(read.error()));
  key.id = row.id;
  key.tenant = TenantId{row.tenant};
  key.integration = text_of(row.columns[1]);
  return key;
}

}  // namespace valetkey::model
