#include "http/problem.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

namespace valetkey::http {
namespace json = boost::json;

json::object problem_document(const model::Error& error, std::string_view error_id) {
  const auto& facts = model::facts(error.code);
  json::object document{
      {"type", std::string("urn:valetkey:problem:").append(facts.code)},
      {"title", facts.title},
      {"status", facts.status},
      {"code", facts.code},
      {"detail", error.detail},
      {"error_id", error_id},
      {"retryable", facts.retryable},
      {"act", model::to_string(facts.actor)},
  };
  if (!error.fields.empty()) {
    json::array errors;
    for (const auto& field : error.fields) errors.push_back(json::object{{"pointer", field.pointer}, {"detail", field.detail}});
    document["errors"] = std::move(errors);
  }
  return document;
}

Response problem_response(const model::Error& error, std::string_view error_id) {
  const auto& facts = model::facts(error.code);
  Response response{.status = facts.status,
                    .headers = {{"Content-Type", "application/problem+json"}},
                    .body = json::serialize(problem_document(error, error_id)),
                    .code = std::string(facts.code),
                    .detail = error.detail,
                    .log = error.log};
  if (error.retry_after) response.set("Retry-After", std::to_string(std::max<std::int64_t>(error.retry_after->count(), 1)));
  // RFC 6750 section 3.
  if (error.code == model::Code::kUnauthenticated) response.set("WWW-Authenticate", "Bearer realm=\"valetkey\"");
  if (error.code == model::Code::kForbidden) response.set("WWW-Authenticate", "Bearer realm=\"valetkey\", error=\"insufficient_scope\"");
  return response;
}

}  // namespace valetkey::http
