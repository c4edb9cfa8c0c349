#pragma once
#include "services/http_service.hpp"

namespace valetkey::services {

// HTTP services of the operator's are told of requests and events what a script is told, and answer what it answers
// (catalog/valetkey.d.ts): `{"request", "endpoint"}`, or `{"event"}`. Secrets of the endpoint that a request holds are `***` there (S34).

/// `{"events": [...], "response"?, "window"?}`. An application waits meanwhile: 2 s.
ports::Answer<Parsed> ask_to_parse(HttpService& http, const Service& service, model::TenantId tenant, const Incoming& request,
                                   const EndpointValues& values, const Verdict& verdict);
/// `{"appUserId", "eventType", ..., "actionId"?, "response"?}`, in 2 s.
ports::Answer<Action> ask_for_action(HttpService& http, const Service& service, model::TenantId tenant, const Incoming& request,
                                     const EndpointValues& values, const Verdict& verdict);
/// `{"appUserId": "..." | [...]}`.
ports::Answer<std::vector<std::string>> ask_for_users(HttpService& http, const Service& service, model::TenantId tenant,
                                                      const Message& message);

}  // namespace valetkey::services
