#include <boost/json.hpp>
#include <charconv>

#include "http/caller.hpp"
#include "http/paging.hpp"
#include "http/problem.hpp"
#include "http/resources/service_document.hpp"
#include "http/resources/services.hpp"
#include "model/json_reader.hpp"

namespace valetkey::http {
namespace {

namespace json = boost::json;

/// 0 where the text is no number of a version.
std::int64_t number_in(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size() && number > 0 ? number : 0;
}

ports::Answer<model::ConfigService> head_of(const ServicesWorld& world, const Request& request) {
  co_return co_await world.records.load<model::ConfigService>(request.caller->tenant, request.parameter("id"));
}

/// Newest first; the cursor is the number of the last one shown.
ports::Task<Response> list(ServicesWorld world, Request& request) {
  auto page = page_of(request);
  if (!page) co_return problem_response(page.error(), request);
  const auto before = number_in(page->after);
  if (before == 0 && !page->after.empty())
    co_return problem_response(model::invalid_input("read the query", {{"/after", "is no cursor of this list"}}), request);
  auto head = co_await head_of(world, request);
  if (!head) co_return problem_response(head.error(), request);
  auto found =
      before == 1 ? model::Result<std::vector<model::ServiceVersion>>{} : co_await world.own.versions(*head, before, page->limit + 1);
  if (!found) co_return problem_response(found.error(), request);
  const bool has_more = std::cmp_greater(found->size(), page->limit);
  if (has_more) found->pop_back();
  json::array data;
  for (const auto& version : *found) data.emplace_back(version_document(*head, version));
  co_return page_response(std::move(data), has_more, found->empty() ? "" : std::to_string(found->back().number));
}

ports::Task<Response> read(ServicesWorld world, Request& request) {
  auto head = co_await head_of(world, request);
  if (!head) co_return problem_response(head.error(), request);
  const auto number = number_in(request.parameter("number"));
  auto version = co_await world.own.version(*head, number);
  if (!version) co_return problem_response(version.error(), request);
  co_return json_response(200, version_document(*head, *version));
}

}  // namespace

void add_service_version_routes(Router& router, const ServicesWorld& world) {
  add_resource_route(router, world, "GET", "/v1/services/{id}/versions", scoped({Scope::kServicesRead}), list);
  add_resource_route(router, world, "GET", "/v1/services/{id}/versions/{number}", scoped({Scope::kServicesRead}), read);
}

}  // namespace valetkey::http
