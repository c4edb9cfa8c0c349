#include "cli/problem.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "cli/json_text.hpp"
#include "cli/text.hpp"
#include "model/json_reader.hpp"

namespace valetkey::cli {
namespace {

namespace json = boost::json;

constexpr std::string_view kUrn = "urn:valetkey:problem:";

int status_by_http(int status) {
  if (status == 401 || status == 403) return kNotAuthorized;
  if (status == 404) return kNotFound;
  if (status == 409 || status == 412) return kConflict;
  if (status == 429 || status == 502 || status == 503 || status == 504) return kLater;
  return kRefused;
}

int status_of(const json::value& problem, int http_status) {
  const auto act = text_of(problem, "act");
  const auto* retryable = model::at_path(problem, "retryable");
  if (act == "end_user") return kEndUser;
  if (act == "wait" || (retryable != nullptr && retryable->is_bool() && retryable->as_bool())) return kLater;
  if (act == "operator") return kOperator;
  return status_by_http(http_status);
}

std::string waiting(const Head& head) {
  const auto seconds = head.header("retry-after");
  return seconds.empty() ? "try again later" : fmt::format("try again in {} s", printable(seconds));
}

std::string hint_of(const json::value& problem, const Head& head, const Origin& origin, int status) {
  const auto code = text_of(problem, "code");
  if (code == "unauthenticated")
    return origin.profile.empty() ? "the key in VALETKEY_API_KEY is not known there, was deleted or has ended"
                                  : fmt::format(
                                        "the key of profile {} is not known there, was deleted or has ended; `valetkey profile add "
                                        "{}` replaces it",
                                        origin.profile, origin.profile);
  if (code == "forbidden") return "`valetkey keys create` with a key that may, makes one with the scope";
  if (code == "awaiting_confirmation") return "`valetkey connect` confirms what it starts; else the product confirms with the code it got";
  if (code == "misdirected_request") return "ask under the broker's public_url, or add the host to its allowed_hosts";
  if (code == "precondition_failed") return "read it again, and repeat the change";
  if (status == kEndUser) return "`valetkey connect CREDENTIAL --end-user ID --connection ID` asks the end user again";
  if (status == kLater) return waiting(head);
  const auto id = text_of(problem, "error_id");
  if ((status == kOperator && head.status >= 500) || code == "internal")
    return fmt::format("the broker's log says more under error id {}", printable(id));
  if (status == kOperator) return "this needs who runs the broker or owns the OAuth client";
  return {};
}

}  // namespace

Failure failure_of(const Head& head, std::string_view body, const Origin& origin) {
  const auto problem = model::parse_json(body);
  if (!problem || !text_of(*problem, "type").starts_with(kUrn))
    return {.status = status_by_http(head.status),
            .message = fmt::format("what answers at {} is not a broker's API: {}", origin.url, printable(head.line)),
            .hint = "is the URL right, and does a proxy in front of the broker answer?"};
  Failure failure;
  failure.status = status_of(*problem, head.status);
  failure.code = text_of(*problem, "code");
  failure.message = text_of(*problem, "detail");
  if (failure.message.empty()) failure.message = text_of(*problem, "title");
  failure.hint = hint_of(*problem, head, origin, failure.status);
  if (const auto* errors = model::at_path(*problem, "errors"); errors != nullptr && errors->is_array())
    for (const auto& each : errors->as_array())
      failure.members.push_back({.pointer = text_of(each, "pointer"), .detail = text_of(each, "detail")});
  return failure;
}

Failure no_key(std::string_view url) {
  return {.status = kNotAuthorized,
          .message = fmt::format("there is no API key for {}", url),
          .hint = "`valetkey profile add NAME --url URL` stores one; or set VALETKEY_API_KEY"};
}

}  // namespace valetkey::cli
