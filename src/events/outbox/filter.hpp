#pragma once
#include "model/destination.hpp"
#include "model/event.hpp"

namespace valetkey::events {

/// Whether a type is `wanted`, which may end in `*`.
bool is_type(std::string_view type, std::string_view wanted);

/// Whether the destination wants the event. What the broker tells of a destination and its deliveries never goes to that destination,
/// so that one failing delivery does not make the next.
bool is_wanted(const model::Event& event, const model::Destination& destination);

/// Types of the broker about destinations and deliveries, with the member `destination` in their payload.
bool is_about_delivery(std::string_view type);

}  // namespace valetkey::events
