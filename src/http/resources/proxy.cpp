#include "http/resources/proxy.hpp"

#include "http/caller.hpp"
#include "http/exchange.hpp"
#include "http/problem.hpp"

namespace valetkey::http {
namespace {

using model::ConnectionId;

/// Whether the call went out with a token in it.
bool was_made(const model::Result<calls::Reply>& reply) {
  using enum model::Code;
  if (reply) return true;
  const auto code = reply.error().code;
  return code == kUpstreamTimeout || code == kUpstreamBroken || code == kCallerGone;
}

Response cut_off(int status, model::Error error) {
  return {.status = status,
          .is_streamed = true,
          .is_cut = true,
          .code = std::string(model::facts(error.code).code),
          .detail = std::move(error.detail),
          .log = std::move(error.log)};
}

ports::Task<Response> pass_on(calls::Reply reply, const Request& request) {
  auto& exchange = *request.exchange;
  auto begun = co_await exchange.begin(reply.status, std::move(reply.headers), reply.body->size());
  if (!begun) co_return problem_response(begun.error(), request);
  for (;;) {
    auto piece = co_await reply.body->read();
    if (!piece) co_return cut_off(reply.status, std::move(piece.error()));
    if (piece->empty()) co_return Response{.status = reply.status, .is_streamed = true};
    if (auto written = co_await exchange.write(*piece); !written) co_return cut_off(reply.status, std::move(written.error()));
  }
}

calls::Below below_of(const Request& request, bool has_path) {
  calls::Below below;
  if (has_path) below.path = request.parameter("path");
  if (!request.query_text.empty() || request.target.ends_with('?')) below.query = request.query_text;
  return below;
}

ports::Task<Response> proxied(ProxyWorld world, const Request& request, bool has_path) {
  const ConnectionId connection{request.parameter("connection")};
  auto reply = co_await world.calls.send({.tenant = request.caller->tenant,
                                          .connection = connection,
                                          .method = request.method,
                                          .below = below_of(request, has_path),
                                          .headers = request.headers,
                                          .body = request.exchange->body(),
                                          .departure = &request.exchange->departure(),
                                          .permission = permission_of(request.caller)});
  if (was_made(reply)) world.read_counts.count(request.caller->tenant, request.caller->key, connection);
  if (!reply) co_return problem_response(reply.error(), request);
  co_return co_await pass_on(std::move(*reply), request);
}

}  // namespace

void add_proxy_routes(Router& router, ProxyWorld world) {
  router.add({.method = "ANY",
              .path = "/v1/proxy/{connection}",
              .needs = scoped({Scope::kProxy}),
              .handler = [world](Request& request) { return proxied(world, request, false); },
              .streams = true});
  router.add({.method = "ANY",
              .path = "/v1/proxy/{connection}/{path...}",
              .needs = scoped({Scope::kProxy}),
              .handler = [world](Request& request) { return proxied(world, request, true); },
              .streams = true});
}

}  // namespace valetkey::http
