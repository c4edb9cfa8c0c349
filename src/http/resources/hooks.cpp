#include "http/resources/hooks.hpp"

#include <fmt/format.h>

#include "http/problem.hpp"

namespace valetkey::http {
namespace {

events::Arrival arrival_of(Request& request, model::RequestKind kind) {
  events::Arrival arrival{
      .kind = kind, .integration = request.parameter("integration"), .key = request.parameter("endpoint_key"), .source = request.peer};
  arrival.incoming.method = request.method;
  arrival.incoming.path = request.path;
  arrival.incoming.query_text = request.query_text;
  // What the log tells of the trace stays behind.
  const auto trace = std::string(request.header("traceparent").value_or(std::string_view{}));
  arrival.incoming.headers = std::move(request.headers);
  request.headers = {{"traceparent", trace}};
  arrival.incoming.body = std::move(request.body);
  return arrival;
}

Response response_of(events::ArrivalAnswer answer, const Request& request) {
  if (answer.error) return problem_response(*answer.error, request);
  Response response{.status = answer.reply.status, .headers = std::move(answer.reply.headers), .body = std::move(answer.reply.body)};
  if (!response.body.empty()) response.set("Content-Type", std::move(answer.reply.content_type));
  response.code = std::move(answer.code);
  return response;
}

ports::Task<Response> receive(HooksWorld world, Request& request, model::RequestKind kind) {
  if (request.body.size() > world.body_limit)
    co_return problem_response({.code = model::Code::kPayloadTooLarge,
                                .detail = fmt::format("read the request: the body is larger than {} bytes", world.body_limit)},
                               request);
  co_return response_of(co_await world.ingress.receive(arrival_of(request, kind)), request);
}

void add(Router& router, const HooksWorld& world, std::string path, model::RequestKind kind) {
  router.add({.method = std::string(kAnyMethod), .path = std::move(path), .needs = nobody(), .handler = [world, kind](Request& request) {
                return receive(world, request, kind);
              }});
}

}  // namespace

void add_hook_routes(Router& router, HooksWorld world) {
  add(router, world, "/hooks/{integration}/{endpoint_key}", model::RequestKind::kWebhook);
  add(router, world, "/actions/{integration}/{endpoint_key}", model::RequestKind::kAction);
}

}  // namespace valetkey::http
