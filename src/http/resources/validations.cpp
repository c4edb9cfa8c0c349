#include "http/resources/validations.hpp"

#include <boost/json.hpp>

#include "http/caller.hpp"
#include "http/problem.hpp"
#include "http/resources/connection_document.hpp"

namespace valetkey::http {
namespace {

ports::Task<Response> validate(oauth::Validations& validations, Request& request) {
  const model::ConnectionId id{request.parameter("id")};
  auto report = co_await validations.validate(request.caller->tenant, id, permission_of(request.caller));
  if (!report) co_return problem_response(report.error(), request);
  co_return json_response(200, to_json(*report));
}

}  // namespace

void add_validation_routes(Router& router, oauth::Validations& validations) {
  router.add({.method = "POST",
              .path = "/v1/connections/{id}/validate",
              .needs = scoped({Scope::kConnectionsWrite}),
              .handler = [&validations](Request& request) { return validate(validations, request); }});
}

}  // namespace valetkey::http
