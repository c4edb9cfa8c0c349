#pragma once
#include "http/resources/event_world.hpp"

namespace valetkey::http {

/// `GET /v1/events`, `GET /v1/events/{id}`, `GET /v1/events/{id}/raw`, `POST /v1/events/{id}/replay`.
void add_event_routes(Router& router, const EventWorld& world);

/// The event as the API answers it: its document, and its sequence.
ports::Answer<boost::json::object> event_answer(const events::Context& context, const model::Event& event);

/// Which events a caller asked for, and may see.
struct EventFilter {
  ports::EventQuery query;
  std::string types;  ///< ends in `*`; empty: what `query` says

  /// `type` (which may end in `*`), `connection`, `credential` and `integration` of a request's query.
  static EventFilter of(const Caller& caller, const model::Pairs& query);
  [[nodiscard]] bool shows(const Caller& caller, const model::Event& event) const;
};

}  // namespace valetkey::http
