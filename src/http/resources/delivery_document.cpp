#include "http/resources/delivery_document.hpp"

#include <boost/json.hpp>

#include "model/enum_spelling.hpp"

namespace valetkey::http {

namespace json = boost::json;

json::object delivery_document(const model::Delivery& delivery) {
  json::array log;
  for (const auto& attempt : delivery.log)
    log.push_back(json::object{{"at", model::to_rfc3339(attempt.at)},
                               {"duration_ms", attempt.duration_ms},
                               {"status", attempt.status == 0 ? json::value(nullptr) : json::value(attempt.status)},
                               {"error", attempt.error.empty() ? json::value(nullptr) : json::value(attempt.error)}});
  return {{"id", delivery.id.str()},
          {"destination", delivery.destination.str()},
          {"event", delivery.event.str()},
          {"event_type", delivery.event_type},
          {"sequence", delivery.event_sequence},
          {"state", model::spelling(delivery.state)},
          {"due_at", delivery.due_at ? json::value(model::to_rfc3339(*delivery.due_at)) : json::value(nullptr)},
          {"attempts", delivery.attempts},
          {"log", std::move(log)},
          {"is_replay", delivery.is_replay},
          {"created_at", model::to_rfc3339(delivery.created_at)}};
}

}  // namespace valetkey::http
