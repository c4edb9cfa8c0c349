// Requests, read by a document. Lines: the document as JSON, the query, a header as `name: value`; the rest is the body.
#include <boost/json.hpp>
#include <set>

#include "fuzz/property.hpp"
#include "fuzz/service_properties.hpp"
#include "services/challenge.hpp"
#include "services/document/read_document.hpp"
#include "services/parse/read_events.hpp"

namespace {

using valetkey::fuzz::require;
namespace model = valetkey::model;
namespace services = valetkey::services;

void check_message(const services::Message& message) {
  require(!message.event_type.empty() && message.event_type.size() <= 256, "an event has a type");
  require(message.event_id.size() <= 512, "an id is short");
  const auto& users = message.app_user_ids;
  require(std::set(users.begin(), users.end()).size() == users.size(), "a user is named once");
  for (const auto& user : users) require(!user.empty() && user.size() <= 512, "a user's id is short");
  const std::set<std::string> known{"event_type", "event_id", "app_user_id", "occurred_at", "event_payload"};
  for (const auto& name : message.unsigned_members) require(known.contains(name), "what is unsigned is a member");
}

services::EndpointValues values_for(const services::ServiceDocument& document) {
  services::EndpointValues out;
  for (const auto& secret : document.secrets)
    if (secret.from != services::DeclaredSecret::From::kHandshake) out.secrets[secret.name] = {model::Secret("secret bytes")};
  for (const auto& parameter : document.parameters) out.parameters[parameter.name] = "parameter";
  out.accepts_handshake = true;
  return out;
}

void check_challenge(const services::ServiceDocument& document, const services::Incoming& request, const services::EndpointValues& values) {
  for (const auto is_signed : {false, true}) {
    const auto answer = services::answer_challenge(document, request, values, is_signed);
    if (!answer) continue;
    require(answer->outcome != services::Outcome::kVerified, "a challenge verifies nothing");
    require((answer->outcome == services::Outcome::kChallenge) == answer->reply.has_value(), "a challenge is answered or rejected");
    if (!answer->reply) continue;
    valetkey::fuzz::check_reply(*answer->reply);
    require(is_signed || answer->fetch_url.empty(), "nothing is fetched before verification (S30)");
  }
}

void read_request(std::string_view input) {
  const auto value = model::parse_json(valetkey::fuzz::take_line(input));
  if (!value) return;
  const auto document = services::read_service_document(*value);
  if (!document) return;
  services::Incoming request{.method = "POST",
                             .path = "/",
                             .query_text = std::string(valetkey::fuzz::take_line(input)),
                             .headers = {},
                             .body = {},
                             .public_url = {}};
  const auto header = valetkey::fuzz::take_line(input);
  const auto colon = header.find(": ");
  if (colon != std::string_view::npos) request.headers.emplace_back(header.substr(0, colon), header.substr(colon + 2));
  request.body = input;
  const auto values = values_for(*document);
  check_challenge(*document, request, values);
  services::Verdict verdict{.outcome = services::Outcome::kVerified};
  if (const auto read = services::read_events(*document, request, values, verdict)) {
    require(read->messages.size() <= services::kMostEvents, "events have an end");
    for (const auto& message : read->messages) check_message(message);
    valetkey::fuzz::check_reply(read->acknowledgement);
  }
  if (const auto action = services::read_action(*document, request, values, verdict)) {
    check_message(action->message);
    valetkey::fuzz::check_reply(action->reply);
  }
}

}  // namespace

VALETKEY_FUZZ_TARGET(read_request)
