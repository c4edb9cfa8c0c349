#pragma once
#include <boost/json/object.hpp>
#include <functional>
#include <string>

#include "ports/clock.hpp"
#include "ports/http_client.hpp"
#include "ports/random.hpp"
#include "services/services.hpp"

namespace valetkey::services {

/// Why a service of the operator's gave no answer.
struct HttpServiceFailure {
  bool is_sent = false;  ///< a byte may have left
  int status = 0;        ///< 0: no usable answer came
  std::string oauth_error, description;  ///< of a JSON answer with `error` (RFC 6749 5.2), whatever its status
  model::Error error;
};
using HttpServiceAnswer = std::expected<boost::json::object, HttpServiceFailure>;

/// Config services that are HTTP services of the operator's own: one POST of a JSON object, signed by the scheme of Standard Webhooks
/// with the service's secret, answered with a JSON object. 5 seconds, 1 MiB, no redirects, egress policy of the tenant. It is told ids
/// and what the provider said, and no secrets but those that the credential declares (docs/webhooks.md). Thread safe.
class HttpService {
 public:
  HttpService(ports::HttpClient& http, const ports::Clock& clock, ports::Random& random) : http_(http), clock_(clock), random_(random) {}

  /// `type` says what is asked for: user_id_mapper, token_validation, ... `may_send` as in HttpRequest.
  ports::Task<HttpServiceAnswer> ask(const Service& service, model::TenantId tenant, std::string type, boost::json::object data,
                                     model::Milliseconds deadline = model::Milliseconds{5'000}, std::function<bool()> may_send = {});

 private:
  ports::HttpClient& http_;
  const ports::Clock& clock_;
  ports::Random& random_;
};

}  // namespace valetkey::services
