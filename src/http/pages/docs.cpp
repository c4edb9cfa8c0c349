#include "http/pages/docs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "http/problem.hpp"
#include "model/digest.hpp"
#include "model/http_text.hpp"

namespace valetkey::http {

using model::trimmed;

namespace {

constexpr std::string_view kDescription = "openapi.json";
constexpr std::string_view kPage = "index.html";

/// The renderer sets styles of elements by script, which needs no exception; its icons are data URLs.
constexpr std::string_view kPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'none'";

std::string_view media_type_of(std::string_view name) {
  constexpr std::pair<std::string_view, std::string_view> kTypes[] = {{".json", "application/json"},
                                                                      {".html", "text/html; charset=utf-8"},
                                                                      {".js", "text/javascript; charset=utf-8"},
                                                                      {".css", "text/css; charset=utf-8"}};
  for (const auto& [ending, type] : kTypes)
    if (name.ends_with(ending)) return type;
  return "text/plain; charset=utf-8";
}

/// A file with what its answers always say.
struct Served {
  StaticFile file;
  std::string etag;
};

/// If-None-Match (RFC 9110 13.1.2): our tags hold no comma, so that the list can be split at each one; W/ does not count.
bool is_known(const Request& request, std::string_view etag) {
  for (const auto& [name, value] : request.headers) {
    if (name != "if-none-match") continue;
    for (std::string_view rest = value; !rest.empty();) {
      const auto comma = std::min(rest.find(','), rest.size());
      auto tag = trimmed(rest.substr(0, comma));
      if (tag.starts_with("W/")) tag.remove_prefix(2);
      if (tag == etag || tag == "*") return true;
      rest.remove_prefix(std::min(comma + 1, rest.size()));
    }
  }
  return false;
}

Response answer_with(const Served& served, const Request& request) {
  Response response;
  if (served.file.name == kPage) response = html_response(200, {}, std::string(kPolicy));
  else response.set("Content-Type", std::string(media_type_of(served.file.name)));
  response.set("ETag", served.etag);
  response.set("Cache-Control", "no-cache");  // kept, and asked for again: another version of the broker has other files
  if (is_known(request, served.etag)) response.status = 304;
  else response.body = served.file.bytes;
  return response;
}

using Files = std::vector<Served>;

const Served* find(const Files& files, std::string_view name) {
  const auto found = std::ranges::find(files, name, [](const Served& served) { return served.file.name; });
  return found == files.end() ? nullptr : &*found;
}

ports::Task<Response> serve(std::shared_ptr<const Files> files, std::string_view name, const Request& request) {
  co_return answer_with(*find(*files, name), request);
}

ports::Task<Response> serve_named(std::shared_ptr<const Files> files, const Request& request) {
  const auto* served = find(*files, request.parameter("file"));
  if (served == nullptr)
    co_return problem_response({.code = model::Code::kNotFound, .detail = "no such file of the documentation"}, request);
  co_return answer_with(*served, request);
}

}  // namespace

void add_docs_routes(Router& router, std::vector<StaticFile> files) {
  Files all;
  for (const auto& file : files) all.push_back({file, fmt::format("\"{}\"", model::sha256_hex(file.bytes).substr(0, 32))});
  const auto shared = std::make_shared<const Files>(std::move(all));
  for (const auto name : {kDescription, kPage})
    if (find(*shared, name) == nullptr) throw std::logic_error(fmt::format("the documentation has no {}", name));
  router.add({.method = "GET", .path = "/openapi.json", .needs = anybody_inside(), .handler = [shared](Request& request) {
                return serve(shared, kDescription, request);
              }});
  // The page names what it loads relative to /docs, so that it also works under a path of a reverse proxy.
  router.add({.method = "GET", .path = "/docs", .needs = anybody_inside(), .handler = [shared](Request& request) {
                return serve(shared, kPage, request);
              }});
  router.add({.method = "GET", .path = "/docs/{file}", .needs = anybody_inside(), .handler = [shared](Request& request) {
                return serve_named(shared, request);
              }});
}

}  // namespace valetkey::http
