#include "http/resources/service_document.hpp"

#include <boost/json.hpp>

#include "model/enum_spelling.hpp"
#include "model/json_reader.hpp"

namespace valetkey::http {
namespace {

namespace json = boost::json;
using model::Implementation;

json::array texts(const std::vector<std::string>& list) { return json::array(list.begin(), list.end()); }

void add_text(json::object& out, Implementation implementation, const std::string& text) {
  if (implementation == Implementation::kScript) out["source"] = text;
  if (implementation == Implementation::kHttp) out["url"] = text;
  if (implementation != Implementation::kDeclarative) return;
  auto document = model::parse_json(text);
  out["document"] = document ? std::move(*document) : json::value(nullptr);
}

}  // namespace

json::object service_summary(const model::ConfigService& head) {
  return {{"id", head.id.str()},
          {"name", head.name},
          {"description", head.description},
          {"implementation", model::spelling(head.implementation)},
          {"kinds", texts(head.kinds)},
          {"version", head.version},
          {"created_at", model::to_rfc3339(head.created_at)},
          {"updated_at", model::to_rfc3339(head.updated_at)}};
}

json::object service_document(const services::OwnService& service) {
  auto out = service_summary(service.head);
  add_text(out, service.head.implementation, service.version.text);
  return out;
}

json::object version_document(const model::ConfigService& head, const model::ServiceVersion& version) {
  json::object out{{"service", head.id.str()},
                   {"number", version.number},
                   {"current", version.number == head.version},
                   {"implementation", model::spelling(head.implementation)},
                   {"kinds", texts(version.kinds)},
                   {"created_at", model::to_rfc3339(version.created_at)},
                   {"created_by", version.created_by}};
  add_text(out, head.implementation, version.text);
  return out;
}

}  // namespace valetkey::http
