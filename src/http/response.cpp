#include "http/response.hpp"

#include <boost/json/serialize.hpp>

#include "model/http_text.hpp"

namespace valetkey::http {

using model::equals_ignoring_case;

void Response::set(std::string_view name, std::string value) {
  for (auto& [key, old] : headers) {
    if (!equals_ignoring_case(key, name)) continue;
    old = std::move(value);
    return;
  }
  headers.emplace_back(name, std::move(value));
}

const std::string* Response::header(std::string_view name) const {
  for (const auto& [key, value] : headers)
    if (equals_ignoring_case(key, name)) return &value;
  return nullptr;
}

Response json_response(int status, const boost::json::value& value) {
  return {.status = status, .headers = {{"Content-Type", "application/json"}}, .body = boost::json::serialize(value)};
}

Response text_response(int status, std::string text) {
  return {.status = status, .headers = {{"Content-Type", "text/plain; charset=utf-8"}}, .body = std::move(text)};
}

Response html_response(int status, std::string page, std::string policy) {
  for (const std::string_view directive : {"base-uri", "frame-ancestors"}) {
    if (policy.find(directive) != std::string::npos) continue;
    policy.append(policy.empty() ? "" : "; ").append(directive).append(" 'none'");
  }
  return {.status = status,
          .headers = {{"Content-Type", "text/html; charset=utf-8"}, {"Content-Security-Policy", std::move(policy)}},
          .body = std::move(page)};
}

Response redirect_303(std::string location) { return {.status = 303, .headers = {{"Location", std::move(location)}}}; }

Response no_content() { return {.status = 204}; }

}  // namespace valetkey::http
