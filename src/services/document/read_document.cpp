#include "services/document/read_document.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "model/config_service_kinds.hpp"
#include "services/document/parts.hpp"

namespace valetkey::services {
namespace {

using model::JsonReader;

constexpr std::size_t kMostAlternatives = 16;

void read_refusal(JsonReader& reader, ServiceDocument& out) {
  auto inner = reader.optional_object("refusal");
  if (!inner) return;
  out.refusal_status = static_cast<int>(inner->optional_integer("status", 400, 499).value_or(out.refusal_status));
  inner->finish();
}

void read_map(JsonReader& reader, ServiceDocument& out, Reading& reading) {
  auto inner = reader.optional_object("map");
  if (!inner) return;
  if (!inner->has("connect")) inner->error("connect", "is required");
  out.map_connect = read_expression(*inner, "connect", reading, Sight::kConnect);
  inner->finish();
}

void read_parts(JsonReader& reader, ServiceDocument& out, Reading& reading) {
  read_head(reader, out, reading);
  for (auto& each : reader.objects("verify", kMostAlternatives)) out.verify.push_back(read_alternative(each, reading));
  for (auto& each : reader.objects("challenges", kMostAlternatives)) out.challenges.push_back(read_challenge(each, reading));
  read_refusal(reader, out);
  read_events_part(reader, out, reading);
  read_map(reader, out, reading);
  read_action_part(reader, out, reading);
  read_token_check(reader, out, reading);
  reader.finish();
}

void check_parts(const ServiceDocument& document, Reading& reading) {
  for (std::size_t i = 0; i < document.verify.size(); ++i)
    check_coverage(document.verify[i], fmt::format("/verify/{}", i), document, reading);
  check_reachable(document, reading);
  check_oracles(document, reading);
  check_shared_signers(document, reading);
  check_declared(document, reading);
  for (const auto kind : model::kConfigServiceKinds)
    if (document.serves(kind)) return;
  reading.fault("", "has none of verify, challenges, event, map, action and token_check");
}

}  // namespace

bool ServiceDocument::serves(std::string_view kind) const {
  if (kind == "webhook_event_verification") return !verify.empty() || !challenges.empty();
  if (kind == "webhook_parser") return event.has_value();
  if (kind == "user_id_mapper") return map_connect != nullptr;
  if (kind == "action_callback_parser") return action.has_value();
  if (kind == "token_validation") return token_check.has_value();
  return false;
}

model::Result<ServiceDocument> read_service_document(const boost::json::value& document, DocumentSource source) {
  constexpr std::string_view kWhat = "the service document is wrong";
  const auto* object = document.if_object();
  if (object == nullptr) return model::fail(model::invalid_input(std::string(kWhat), {{"", "must be an object"}}));
  Reading reading{.source = source};
  ServiceDocument out;
  JsonReader reader(*object, "", reading.errors);
  read_parts(reader, out, reading);
  check_parts(out, reading);
  if (!reading.errors.empty()) return model::fail(model::invalid_input(std::string(kWhat), std::move(reading.errors)));
  return out;
}

}  // namespace valetkey::services
