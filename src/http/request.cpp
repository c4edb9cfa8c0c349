#include "http/request.hpp"

#include <fmt/format.h>

#include <stdexcept>

#include "model/http_text.hpp"
#include "model/json_reader.hpp"

namespace valetkey::http {

using model::equals_ignoring_case;
using model::trimmed;

namespace {

std::string_view media_type(const Request& request) {
  const auto value = request.header("content-type").value_or(std::string_view{});
  return trimmed(value.substr(0, value.find(';')));
}

bool is_json(std::string_view type) { return equals_ignoring_case(type, "application/json"); }

}  // namespace

std::optional<std::string_view> Request::header(std::string_view name) const {
  for (const auto& [key, value] : headers)
    if (key == name) return value;
  return std::nullopt;
}

std::optional<std::string_view> Request::query_value(std::string_view name) const {
  for (const auto& [key, value] : query)
    if (key == name) return value;
  return std::nullopt;
}

const std::string& Request::parameter(std::string_view name) const {
  for (const auto& [key, value] : parameters)
    if (key == name) return value;
  throw std::logic_error(fmt::format("the route has no parameter {}", name));
}

model::Result<boost::json::object> json_object(const Request& request) {
  const auto type = media_type(request);
  if (request.body.empty() && type.empty()) return boost::json::object{};
  if (!is_json(type)) return model::fail(model::Code::kMalformedRequest, "read the body: send it as Content-Type: application/json");
  auto value = model::parse_json(request.body);
  if (!value) return model::fail(model::in_context(std::move(value.error()), "read the body"));
  if (!value->is_object()) return model::fail(model::Code::kMalformedRequest, "read the body: it must be a JSON object");
  return std::move(value->as_object());
}

model::Result<Pairs> form_pairs(const Request& request) {
  if (!equals_ignoring_case(media_type(request), "application/x-www-form-urlencoded"))
    return model::fail(model::Code::kMalformedRequest, "read the form: send it as application/x-www-form-urlencoded");
  auto pairs = model::parse_form(request.body);
  if (!pairs) return model::fail(model::in_context(std::move(pairs.error()), "read the form"));
  return pairs;
}

}  // namespace valetkey::http
