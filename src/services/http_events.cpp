#include "services/http_events.hpp"

#include <boost/json.hpp>

#include "services/script/script_input.hpp"
#include "services/script/script_output.hpp"
#include "services/script/secret_scan.hpp"

namespace valetkey::services {
namespace {

namespace json = boost::json;

constexpr model::Milliseconds kWhileOneWaits{2'000};

json::object data_of(const Incoming& request, const EndpointValues& values, const Verdict& verdict) {
  auto endpoint = endpoint_context(request, values);
  endpoint["verification"] = verdict_document(verdict);
  SecretScan secrets;
  for (const auto& [name, stored] : values.secrets)
    for (const auto& secret : stored) secrets.add(secret);
  json::value data(json::object{{"request", request_document(request)}, {"endpoint", std::move(endpoint)}});
  secrets.mask(data);
  return std::move(data.as_object());
}

template <class T>
model::Result<T> read_by(const Service& service, HttpServiceAnswer answer, model::Result<T> (*read)(const json::value&)) {
  if (!answer) return model::fail(std::move(answer.error().error));
  auto found = read(*answer);
  if (!found) return model::fail(model::in_context(std::move(found.error()), "ask config service " + service.name));
  return found;
}

}  // namespace

ports::Answer<Parsed> ask_to_parse(HttpService& http, const Service& service, model::TenantId tenant, const Incoming& request,
                                   const EndpointValues& values, const Verdict& verdict) {
  auto answer = co_await http.ask(service, std::move(tenant), "webhook_parser", data_of(request, values, verdict), kWhileOneWaits);
  co_return read_by(service, std::move(answer), read_parsed);
}

ports::Answer<Action> ask_for_action(HttpService& http, const Service& service, model::TenantId tenant, const Incoming& request,
                                     const EndpointValues& values, const Verdict& verdict) {
  auto answer = co_await http.ask(service, std::move(tenant), "action_callback_parser", data_of(request, values, verdict), kWhileOneWaits);
  co_return read_by<Action>(service, std::move(answer), [](const json::value& found) { return read_action(found); });
}

ports::Answer<std::vector<std::string>> ask_for_users(HttpService& http, const Service& service, model::TenantId tenant,
                                                      const Message& message) {
  auto answer = co_await http.ask(service, std::move(tenant), "user_id_mapper", {{"event", event_document(message)}});
  co_return read_by(service, std::move(answer), read_users);
}

}  // namespace valetkey::services
