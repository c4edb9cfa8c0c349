#include "services/http_service.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "model/encoding.hpp"
#include "model/json_reader.hpp"
#include "services/mac.hpp"

namespace valetkey::services {
namespace {

constexpr std::size_t kMostAnswer = 1 << 20;
constexpr std::string_view kPrefix = "whsec_";

/// The header `webhook-signature` (Standard Webhooks 1.0).
std::string signature(const model::Secret& secret, std::string_view id, std::int64_t at, std::string_view body) {
  auto text = secret.reveal();
  if (text.starts_with(kPrefix)) text.remove_prefix(kPrefix.size());
  const auto decoded = model::from_base64(text);
  const model::Secret key(decoded ? *decoded : std::string(text));
  const auto mac = hmac_of(HashAlgorithm::kSha256, key.reveal(), fmt::format("{}.{}.{}", id, at, body));
  return "v1," + model::to_base64(mac);
}

std::string text_member(const boost::json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? model::clipped(std::string_view(value->as_string())) : std::string{};
}

HttpServiceFailure unusable(const Service& service, int status, std::string_view why) {
  return {.is_sent = true,
          .status = status,
          .error = {.code = model::Code::kOutcomeUnknown, .detail = fmt::format("ask config service {}: {}", service.name, why)}};
}

}  // namespace

ports::Task<HttpServiceAnswer> HttpService::ask(const Service& service, model::TenantId tenant, std::string type, boost::json::object data,
                                                model::Milliseconds deadline, std::function<bool()> may_send) {
  const auto now = clock_.wall_now();
  const auto id = "msg_" + random_.token(16);
  const auto at = std::chrono::floor<model::Seconds>(now).time_since_epoch().count();
  ports::HttpRequest request{
      .method = "POST", .url = service.url, .tenant = std::move(tenant), .deadline = deadline, .max_response = kMostAnswer};
  request.body = boost::json::serialize(
      boost::json::object{{"type", std::move(type)}, {"timestamp", model::to_rfc3339(now)}, {"data", std::move(data)}});
  request.headers = {{"Content-Type", "application/json"},
                     {"Accept", "application/json"},
                     {"webhook-id", id},
                     {"webhook-timestamp", std::to_string(at)},
                     {"webhook-signature", signature(service.signing_secret, id, at, request.body)}};
  request.may_send = std::move(may_send);
  auto response = co_await http_.send(std::move(request));
  if (!response)
    co_return std::unexpected(
        HttpServiceFailure{.is_sent = response.error().state == ports::SendState::kSent,
                           .error = model::in_context(std::move(response.error().error), "ask config service " + service.name)});
  auto answer = model::parse_json(response->body);
  model::Secret::wipe(response->body);
  const auto status = response->status;
  if (!answer || !answer->is_object())
    co_return std::unexpected(unusable(service, status, fmt::format("it answered {} and no JSON object", status)));
  auto& object = answer->as_object();
  const auto* error = object.if_contains("error");
  if (status == 200 && error == nullptr) co_return std::move(object);
  auto failure = unusable(service, status, fmt::format("it answered {}", status));
  // Only its own word counts, not that of a gateway before it.
  if (error != nullptr && (status == 200 || (status >= 400 && status < 500))) {
    failure.oauth_error = text_member(object, "error");
    failure.description = text_member(object, "error_description");
  }
  co_return std::unexpected(std::move(failure));
}

}  // namespace valetkey::services
