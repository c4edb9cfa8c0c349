#include "model/records.hpp"
#include "model/row_document.hpp"

namespace valetkey::model {

template <class Io>
static void members(Io& io, Is<Flow> auto& flow) {
  io("session", flow.session);
  io("credential", flow.credential);
  io("endpoint_set", flow.endpoint_set);
  io("cookie_hash", flow.cookie_hash);
  io("callback_path", flow.callback_path);
  io("redirect_uri", flow.redirect_uri);
  io("issuer", flow.issuer);
  io("token_url", flow.token_url);
  io("code_verifier", flow.code_verifier);
  io("nonce_hash", flow.nonce_hash);
  io("response_type", flow.response_type);
}

template <>
Row to_row(const Flow& flow) {
  return {
      .kind = Kind::kFlow, .tenant = flow.tenant.str(), .id = flow.id, .columns = {to_unix_ms(flow.expires_at)}, .doc = document_of(flow)};
}

template <>
Result<Flow> from_row(const Row& row) {
  Flow flow;
  if (auto read = read_document(row, Kind::kFlow, flow); !read) return fail(std::move(read.error()));
  flow.id = row.id;
  flow.tenant = TenantId{row.tenant};
  flow.expires_at = from_unix_ms(integer_of(row.columns[0]));
  return flow;
}

}  // namespace valetkey::model
