#include "services/script/script_message.hpp"

#include <boost/json.hpp>

#include "model/encoding.hpp"
#include "model/form.hpp"

namespace valetkey::services {

namespace json = boost::json;

ScriptBody body_of(model::JsonReader& reader) {
  ScriptBody body;
  const auto form = reader.optional_pairs("form", 128);
  const auto* document = reader.raw("json");
  const auto text = reader.optional_string("body", {.most = 1 << 20});
  if (static_cast<int>(form.has_value()) + static_cast<int>(document != nullptr) + static_cast<int>(text.has_value()) > 1)
    reader.error("body", "stands alone: one of form, json and body");
  if (form) body = {.text = model::to_form(*form), .content_type = "application/x-www-form-urlencoded"};
  if (document != nullptr) body = {.text = json::serialize(*document), .content_type = "application/json"};
  if (text) body.text = *text;
  return body;
}

json::object response_document(const ports::HttpResponse& response) {
  json::array headers;
  for (const auto& [name, value] : response.headers) headers.push_back(json::array{model::as_utf8(name), model::as_utf8(value)});
  return {{"status", response.status}, {"headers", std::move(headers)}, {"body", model::as_utf8(response.body)}};
}

}  // namespace valetkey::services
