#include "services/document/parts.hpp"

namespace valetkey::services {
namespace {

using model::JsonReader;

constexpr std::size_t kMostNames = 16;

void read_secret(JsonReader& reader, KeySource& out, Reading& reading) {
  out.secret = reader.required_string("secret");
  reading.secrets.push_back({out.secret, model::pointer_to(reader.pointer(), "secret")});
  out.strip_prefix = reader.string_or("strip_prefix", "");
  read_choice(reader, "decode", out.decode);
  read_choice(reader, "derive", out.derive);
  out.select = read_expression(reader, "select", reading);
}

void read_certificate(JsonReader& reader, KeySource& out, Reading& reading) {
  out.certificate_url = read_expression(reader, "certificate_url", reading);
  out.hosts = read_hosts(reader);
  out.path_suffix = reader.string_or("path_suffix", "");
  out.names = reader.optional_strings("names", kMostNames).value_or(std::vector<std::string>{});
  if (out.names.empty()) reader.error("names", "is required: whose certificate it must be (S30)");
}

void read_endpoint(JsonReader& reader, KeySource& out, Reading& reading) {
  out.hosts = read_hosts(reader);
  auto inner = reader.optional_object("key_endpoint");
  if (!inner) return;
  out.endpoint_url = read_pinned_url(*inner, "url", out.hosts);
  out.endpoint_method = inner->string_or("method", "POST");
  if (out.endpoint_method != "POST" && out.endpoint_method != "GET") inner->error("method", "must be GET or POST");
  if (out.endpoint_method == "GET" && inner->has("json")) inner->error("json", "a GET has no body");
  const auto place = model::pointer_to(inner->pointer(), "json");
  for (const auto& [name, text] : inner->optional_pairs("json", kMostNames).value_or(std::vector<std::pair<std::string, std::string>>{}))
    out.endpoint_json.emplace(name, read_text_at(text, model::pointer_to(place, name), reading, Holds::kSecrets));
  out.endpoint_key = read_path(*inner, "key");
  if (out.endpoint_key.empty()) inner->error("key", "is required: where the JWK stands in the answer");
  out.endpoint_expired = read_path(*inner, "expired");
  inner->finish();
}

}  // namespace

void read_key(JsonReader& alternative, Alternative& out, Reading& reading) {
  auto reader = alternative.optional_object("key");
  if (!reader) {
    if (!alternative.has("key")) alternative.error("key", "is required");
    return;
  }
  const auto which = only_one_of(*reader, {"secret", "jwks", "certificate_url", "key_endpoint"}, reading);
  if (which == "secret") read_secret(*reader, out.key, reading);
  else if (which == "certificate_url") read_certificate(*reader, out.key, reading);
  else if (which == "key_endpoint") read_endpoint(*reader, out.key, reading);
  else if (which == "jwks") {
    out.key.hosts = read_hosts(*reader);
    out.key.jwks = read_pinned_url(*reader, "jwks", out.key.hosts);
  }
  reader->finish();
}

}  // namespace valetkey::services
