#pragma once
#include <optional>
#include <string>

#include "model/secret.hpp"
#include "ports/http_client.hpp"

namespace valetkey::ports {

/// One buffered call to the API of a connected account, with its token, inside its base URI (S38: the broker fixes the connection).
struct AccountCall {
  enum class To { kBase, kUserinfo, kIntrospection };  ///< the last two: the URLs of the endpoint set; POST of the token for introspection
  model::TenantId tenant;
  model::ConnectionId connection;
  To to = To::kBase;
  std::string method = "GET";
  std::string path;                          ///< below the base URI, with a query; kBase only
  Headers headers;
  std::string body;
  std::optional<model::Secret> access_token;  ///< inside the refresh guard the token comes as a value, so that the guard is never asked again
  std::size_t max_response = 1 << 20;
  model::Milliseconds deadline{15'000};
};

class AccountApi {
 public:
  virtual ~AccountApi() = default;
  /// The API's answer, whatever its status; a redirect is an answer. Errors: those of a token read and of a proxied call;
  /// kNotSupported where the credential has no such URL.
  virtual Answer<HttpResponse> call(AccountCall call) = 0;
};

}  // namespace valetkey::ports
