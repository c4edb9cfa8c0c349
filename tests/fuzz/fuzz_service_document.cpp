// Service documents as tenants send them: what is refused is told, what is accepted keeps the rules that no document can change.
#include <boost/json.hpp>

#include "fuzz/property.hpp"
#include "model/json_reader.hpp"
#include "services/document/read_document.hpp"
#include "services/expressions/template.hpp"
#include "services/host_pattern.hpp"

namespace {

using valetkey::fuzz::require;
namespace model = valetkey::model;
namespace services = valetkey::services;

void check_alternative(const services::Alternative& one) {
  using services::Scheme;
  const auto signs = one.scheme == Scheme::kHmac || one.scheme == Scheme::kHash || one.scheme == Scheme::kAsymmetric;
  require(signs == !one.message.empty(), "what signs has a message, and only that");
  require(one.scheme != Scheme::kHash || one.needs_choice, "a plain hash is chosen (S32)");
  require((one.scheme == Scheme::kJwt) == !one.algorithms.empty(), "a jwt has algorithms, and only that");
  const auto is_fetched = one.key.secret.empty();
  require(is_fetched == !one.key.hosts.empty(), "a fetched key has pinned hosts (S30)");
  for (const auto& host : one.key.hosts) require(services::is_host_pattern(host), "a pinned host is a host");
  if (one.scheme == Scheme::kAsymmetric && !is_fetched)
    require(one.key.decode != services::KeySource::Decode::kUtf8, "a shared secret is no public key");
}

void check_reply(const services::ReplyRule& reply) {
  const auto holds_secret = [](const services::Text& text) { return text && services::has_secret(*text); };
  require(!holds_secret(reply.body), "no reply tells a secret");
  for (const auto& [name, text] : reply.json) require(!holds_secret(text), "no reply tells a secret");
  for (const auto& [name, text] : reply.headers) require(!holds_secret(text), "no reply tells a secret");
  if (reply.body && reply.content_type != "text/plain") require(services::is_constant(*reply.body), "values stand in plain text");
}

void check_document(const services::ServiceDocument& document) {
  for (const auto& one : document.verify) check_alternative(one);
  for (const auto& one : document.challenges) {
    require(!one.when.empty(), "a challenge has conditions");
    require(!one.fetch_url || (one.is_signed && !one.fetch_hosts.empty()), "a fetch is after verification, from pinned hosts (S30)");
    check_reply(one.reply);
  }
  if (document.acknowledge) check_reply(document.acknowledge->reply);
  require(document.event.has_value() == document.parse.has_value(), "events are parsed");
  require(document.refusal_status >= 400 && document.refusal_status < 500, "a refusal is one");
}

void read_document(std::string_view text) {
  const auto value = model::parse_json(text);
  if (!value) return;
  for (const auto source : {services::DocumentSource::kTenant, services::DocumentSource::kPreset}) {
    const auto read = services::read_service_document(*value, source);
    if (read) check_document(*read);
    else require(!read.error().fields.empty(), "a document that is refused is told what is wrong");
  }
}

}  // namespace

VALETKEY_FUZZ_TARGET(read_document)
