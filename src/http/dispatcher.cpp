#include "http/dispatcher.hpp"

#include <fmt/format.h>

#include <exception>

#include "http/exchange.hpp"
#include "http/isolation.hpp"
#include "http/problem.hpp"
#include "http/trace_context.hpp"

namespace valetkey::http {
namespace {

using model::Code;
using ports::LogLevel;

constexpr std::string_view kUnmatched = "unmatched";
constexpr std::string_view kUnmatchedLabels = "-,unmatched,-";
constexpr std::string_view kRequests = "valetkey_http_requests_total";
constexpr std::string_view kSeconds = "valetkey_http_request_seconds";

bool needs_key(const Needs& needs) { return needs.key || needs.installation_key; }

Response unexpected(std::string what, const Request& request) {
  auto response = problem_response(
      {.code = Code::kInternal, .detail = "answer the request: an unexpected error; the log has it under the error_id"}, request);
  response.log.text = std::move(what);
  return response;
}

/// Never a method that a stranger made up (S22).
std::string_view method_of(const Request& request) {
  if (request.route == nullptr) return "-";
  if (request.route->method != kAnyMethod) return request.method;
  for (const std::string_view known : {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
    if (request.method == known) return request.method;
  return "other";
}

Response no_route(const Match& match, const Request& request) {
  if (match.allow.empty()) return problem_response({.code = Code::kNotFound, .detail = "no such path"}, request);
  auto response = problem_response({.code = Code::kMethodNotAllowed, .detail = fmt::format("this path knows {}", match.allow)}, request);
  response.set("Allow", match.allow);
  return response;
}

}  // namespace

ports::Task<Response> Dispatcher::answer(Request& request) const {
  const auto started = world_.clock.boot_now();
  auto now = answer_at_once(request);
  auto response = now ? std::move(*now) : co_await guarded(request);
  if (!response.is_streamed && is_isolated(request.path)) isolate(response);
  record(request, response, world_.clock.boot_now() - started);
  co_return response;
}

/// A hot route, where everything that is needed is in memory. What fails is left to guarded(), which tells why.
std::optional<Response> Dispatcher::answer_at_once(Request& request) const {
  try {
    if ((request.route == nullptr && miss(request)) || !request.route->at_once) return std::nullopt;
    request.caller = world_.authentication.caller_now(request);
    if (!request.caller || !check_needs(request.route->needs, *request.caller)) return std::nullopt;
    return request.route->at_once(request);
  } catch (...) {
    return std::nullopt;
  }
}

ports::Task<Response> Dispatcher::guarded(Request& request) const {
  try {
    if (request.route == nullptr)
      if (const auto missed = miss(request)) co_return no_route(*missed, request);
    const auto& route = *request.route;
    if (auto allowed = co_await admit(request, route); !allowed) co_return problem_response(allowed.error(), request);
    if (route.idempotent) co_return co_await world_.idempotency.run(request, route.handler);
    co_return co_await route.handler(request);
  } catch (const std::exception& error) {
    co_return unexpected(error.what(), request);
  } catch (...) {
    co_return unexpected("unknown", request);
  }
}

/// Finds the route of a request, or why it has none.
std::optional<Match> Dispatcher::miss(Request& request) const {
  auto match = world_.router.match(request.method, request.path);
  if (match.route == nullptr) return match;
  const bool is_inside = needs_key(match.route->needs) || match.route->needs.is_inside;
  if (world_.has_internal_listener && request.listener == Listener::kPublic && is_inside) return Match{};
  request.route = match.route;
  request.parameters = std::move(match.parameters);
  return std::nullopt;
}

bool Dispatcher::streams(Request& request) const { return !miss(request) && request.route->streams; }

ports::Answer<void> Dispatcher::still_allowed(const Request& request) const {
  if (!needs_key(request.route->needs)) co_return model::Result<void>{};
  auto caller = co_await world_.authentication.caller_of(request);
  if (!caller) co_return model::fail(std::move(caller.error()));
  co_return check_needs(request.route->needs, **caller);
}

ports::Answer<void> Dispatcher::admit(Request& request, const Route& route) const {
  const auto& needs = route.needs;
  if (!needs_key(needs)) co_return model::Result<void>{};
  if (needs.open_inside && world_.has_internal_listener && request.listener == Listener::kInternal) co_return model::Result<void>{};
  auto caller = co_await world_.authentication.caller_of(request);
  if (!caller) co_return model::fail(std::move(caller.error()));
  request.caller = std::move(*caller);
  co_return check_needs(needs, *request.caller);
}

void Dispatcher::record(const Request& request, const Response& response, model::Microseconds took) const {
  const auto* route = request.route;
  const auto streamed = request.exchange != nullptr ? request.exchange->sent() : Exchange::Sent{};
  const bool is_cut = streamed.has_begun && (!response.is_streamed || response.is_cut || !streamed.is_whole);
  const auto status_class = static_cast<std::size_t>(response.status / 100);
  world_.metrics.count(kRequests,
                       route != nullptr ? std::string_view(route->labels[status_class < 6 ? status_class : 0]) : kUnmatchedLabels);
  world_.metrics.observe(kSeconds, route != nullptr ? std::string_view(route->path) : kUnmatched,
                         std::chrono::duration<double>(took).count());
  // What failed is looked for at once; the rest is too much to be written line by line.
  const auto write = response.status < 400 ? &ports::Log::write_soon : &ports::Log::write;
  const fmt::format_int status(response.status);
  const fmt::format_int duration(took.count());
  const fmt::format_int bytes(streamed.has_begun ? streamed.bytes : response.body.size());
  const auto view = [](const fmt::format_int& number) { return std::string_view(number.data(), number.size()); };
  // Never the path or the query (S22).
  (world_.log.*write)(LogLevel::kInfo, "request",
                      {{"method", method_of(request)},
                       {"route", route != nullptr ? std::string_view(route->path) : kUnmatched},
                       {"status", view(status)},
                       {"duration_us", view(duration)},
                       {"bytes", view(bytes)},
                       {"cut", is_cut ? "true" : "false"},
                       {"request_id", request.request_id},
                       {"trace_id", trace_id(request)},
                       {"key", request.caller ? std::string_view(request.caller->key.str()) : std::string_view()},
                       {"tenant", request.caller ? std::string_view(request.caller->tenant.str()) : std::string_view()},
                       {"code", response.code}});
  if (response.status < 500 && response.log.text.empty()) return;
  world_.log.write(response.status == 500 ? LogLevel::kError : LogLevel::kWarning, "request failed",
                   {{"error_id", request.request_id}, {"code", response.code}, {"detail", response.detail}, {"cause", response.log.text}});
}

}  // namespace valetkey::http
