#include <fmt/format.h>

#include <boost/json.hpp>

#include "http/paging.hpp"
#include "http/problem.hpp"
#include "http/resources/services.hpp"
#include "model/config_service_kinds.hpp"

namespace valetkey::http {
namespace {

namespace json = boost::json;
using services::DeclaredSecret;
using services::ServiceDocument;

std::string_view spelling(DeclaredSecret::From from) {
  switch (from) {
    case DeclaredSecret::From::kOperator: return "operator";
    case DeclaredSecret::From::kClientSecret: return "client_secret";
    case DeclaredSecret::From::kHandshake: return "handshake";
  }
  return "operator";
}

json::object summary(const ServiceDocument& preset) {
  json::array kinds;
  for (const auto kind : model::kConfigServiceKinds)
    if (preset.serves(kind)) kinds.emplace_back(kind);
  return {{"id", "preset/" + preset.slug},
          {"slug", preset.slug},
          {"name", preset.title},
          {"implementation", "preset"},
          {"kinds", std::move(kinds)},
          {"confidence", preset.confidence},
          {"checked_on", preset.checked_on},
          {"documentation_url", preset.documentation_url}};
}

json::array declared(const std::vector<DeclaredSecret>& secrets) {
  json::array out;
  for (const auto& each : secrets)
    out.push_back(json::object{
        {"name", each.name}, {"title", each.title}, {"help", each.help}, {"from", spelling(each.from)}, {"optional", each.is_optional}});
  return out;
}

json::array declared(const std::vector<services::DeclaredParameter>& parameters) {
  json::array out;
  for (const auto& each : parameters)
    out.push_back(json::object{{"name", each.name}, {"title", each.title}, {"help", each.help}, {"optional", each.is_optional}});
  return out;
}

ports::Task<Response> read(ServicesWorld world, Request& request) {
  const auto& slug = request.parameter("slug");
  const auto preset = world.presets.find(slug);
  const auto* source = world.presets.source_of(slug);
  if (!preset || source == nullptr)
    co_return problem_response(
        {.code = model::Code::kNotFound, .detail = "there is no preset of this name: GET /v1/services?implementation=preset lists them"},
        request);
  auto document = summary(*preset);
  document["notes"] = preset->notes;
  document["secrets"] = declared(preset->secrets);
  document["parameters"] = declared(preset->parameters);
  document["document"] = *source;
  co_return json_response(200, document);
}

}  // namespace

Response preset_page(const services::PresetLibrary& presets, const Request& request, const std::string& kind) {
  auto page = page_of(request);
  if (!page) return problem_response(page.error(), request);
  json::array data;
  std::string last;
  bool has_more = false;
  for (const auto& preset : presets.list()) {
    if (preset->slug <= page->after || (!kind.empty() && !preset->serves(kind))) continue;
    has_more = std::cmp_equal(data.size(), page->limit);
    if (has_more) break;
    data.emplace_back(summary(*preset));
    last = preset->slug;
  }
  return page_response(std::move(data), has_more, last);
}

void add_preset_routes(Router& router, const ServicesWorld& world) {
  add_resource_route(router, world, "GET", "/v1/services/preset/{slug}", scoped({Scope::kServicesRead}), read);
}

}  // namespace valetkey::http
