#include "events/outbox/filter.hpp"

#include <algorithm>
#include <boost/json.hpp>

#include "model/json_reader.hpp"

namespace valetkey::events {
namespace {

bool is_listed(const std::vector<std::string>& list, const std::string& value) {
  return list.empty() || std::ranges::find(list, value) != list.end();
}

bool is_about(const model::Event& event, const model::DestinationId& destination) {
  const auto payload = model::parse_json(event.payload);
  const auto* subject = payload ? model::at_path(*payload, "destination") : nullptr;
  return subject != nullptr && subject->is_string() && std::string_view(subject->as_string()) == destination.str();
}

}  // namespace

bool is_type(std::string_view type, std::string_view wanted) {
  if (!wanted.ends_with('*')) return type == wanted;
  wanted.remove_suffix(1);
  return type.starts_with(wanted);
}

bool is_about_delivery(std::string_view type) { return type.starts_with("delivery.") || type.starts_with("destination."); }

bool is_wanted(const model::Event& event, const model::Destination& destination) {
  const auto& filter = destination.filter;
  const bool is_type_wanted =
      filter.types.empty() || std::ranges::any_of(filter.types, [&](const auto& wanted) { return is_type(event.type, wanted); });
  return is_type_wanted && is_listed(filter.integrations, event.integration) && is_listed(filter.credentials, event.credential) &&
         is_listed(filter.connections, event.connection) && !(is_about_delivery(event.type) && is_about(event, destination.id));
}

}  // namespace valetkey::events
