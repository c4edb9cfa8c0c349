#include "http/server/target.hpp"

#include <algorithm>

#include "model/http_text.hpp"

namespace valetkey::http::server {

using model::equals_ignoring_case;

namespace {

/// The rest behind `http://` or `https://`; nullopt: not absolute.
std::optional<std::string_view> behind_scheme(std::string_view target) {
  for (const std::string_view scheme : {"http://", "https://"})
    if (equals_ignoring_case(target.substr(0, scheme.size()), scheme)) return target.substr(scheme.size());
  return std::nullopt;
}

void set_host(Request& request, std::string_view authority) {
  for (auto& [name, value] : request.headers)
    if (name == "host") value = authority;
}

}  // namespace

model::Result<void> read_target(Request& request) {
  std::string_view rest = request.target;
  if (const auto behind = behind_scheme(rest)) {
    const auto authority = behind->substr(0, std::min(behind->find_first_of("/?"), behind->size()));
    rest = behind->substr(authority.size());
    set_host(request, authority);
    if (!rest.starts_with('/')) request.path = "/";
  } else if (!rest.starts_with('/')) {
    return model::fail(model::Code::kMalformedRequest, "read the request: the target must be a path");
  }
  if (rest.find('#') != std::string_view::npos)
    return model::fail(model::Code::kMalformedRequest, "read the request: the target holds a fragment");
  const auto mark = std::min(rest.find('?'), rest.size());
  request.path.append(rest.substr(0, mark));
  if (mark < rest.size()) request.query_text = rest.substr(mark + 1);
  return {};
}

model::Result<void> read_query(Request& request) {
  if (request.query_text.empty()) return {};
  auto query = model::parse_form(request.query_text);
  if (!query) return model::fail(model::in_context(std::move(query.error()), "read the query"));
  request.query = std::move(*query);
  return {};
}

}  // namespace valetkey::http::server
