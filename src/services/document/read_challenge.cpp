#include "services/document/parts.hpp"

namespace valetkey::services {
namespace {

using model::JsonReader;

void read_store(JsonReader& reader, Challenge& out, Reading& reading) {
  auto inner = reader.optional_object("store");
  if (!inner) return;
  out.store_secret = inner->required_string("secret");
  reading.secrets.push_back({out.store_secret, model::pointer_to(inner->pointer(), "secret")});
  if (!inner->has("value")) inner->error("value", "is required");
  out.store_value = read_expression(*inner, "value", reading);
  inner->finish();
}

void read_fetch(JsonReader& reader, Challenge& out, Reading& reading) {
  auto inner = reader.optional_object("fetch");
  if (!inner) return;
  if (!out.is_signed) reader.error("fetch", "happens after verification only: signed = true (S30)");
  if (!inner->has("url")) inner->error("url", "is required");
  out.fetch_url = read_expression(*inner, "url", reading);
  out.fetch_hosts = read_hosts(*inner);
  inner->finish();
}

}  // namespace

Challenge read_challenge(JsonReader& reader, Reading& reading) {
  Challenge out;
  out.when = read_conditions(reader, "when", reading);
  if (out.when.empty()) reader.error("when", "is required: every request would be a challenge");
  out.is_signed = reader.optional_bool("signed").value_or(false);
  out.check = read_checks(reader, "check", reading);
  if (auto reply = reader.optional_object("reply")) {
    out.reply = read_reply(*reply, reading, {.holds = Holds::kHmac});
    reply->finish();
  }
  read_store(reader, out, reading);
  read_fetch(reader, out, reading);
  reader.finish();
  return out;
}

}  // namespace valetkey::services
