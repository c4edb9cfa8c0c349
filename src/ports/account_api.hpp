#pragma once
#include <map>
#include <optional>
#include <string>

#include "model/secret.hpp"
#include "ports/http_client.hpp"

namespace valetkey::ports {

/// A connection that is being made, and so stands nowhere yet: what its calls are built from.
struct Connecting {
  model::CredentialId credential;
  std::int64_t endpoint_set = 0;
  std::map<std::string, std::string> fields;  ///< all of them, to fill the base URI; nobody is matched by them (S28)
};

/// One buffered call to the API of a connected account, with its token, inside its base URI (S38: the broker fixes the connection).
struct AccountCall {
  enum class To { kBase, kUserinfo, kIntrospection };  ///< the last two: the URLs of the endpoint set; POST of the token for introspection
  model::TenantId tenant;
  model::ConnectionId connection;
  To to = To::kBase;
  std::string method = "GET";
  std::string path;  ///< below the base URI, with a query; kBase only
  Headers headers;
  std::string body;
  std::optional<model::Secret>
      access_token;  ///< inside the refresh guard the token comes as a value, so that the guard is never asked again
  std::optional<Connecting> connecting;  ///< with access_token: in place of what the store knows of `connection`
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
