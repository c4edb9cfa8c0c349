#pragma once
#include <memory>
#include <string>

#include "model/id.hpp"
#include "model/secret.hpp"
#include "model/url.hpp"
#include "ports/body_source.hpp"
#include "ports/departure.hpp"
#include "ports/http_client.hpp"

namespace valetkey::ports {

/// What the client shows in a TLS handshake that asks for it.
struct ClientCertificate {
  std::string id;            ///< names it in the pool's key
  std::string chain_pem;
  model::Secret key_pem;
};

/// One streamed call. Connections are kept and shared among calls of the same tenant, credential, origin and certificate (S14).
struct UpstreamRequest {
  std::string method;
  model::Url origin;         ///< scheme, host and port are dialled; nothing else of it is used
  std::string target;        ///< origin form, as it goes on the wire: path and query
  Headers headers;           ///< in order; without Host, Connection, Content-Length and Transfer-Encoding, which framing makes anew
  BodySource* body = nullptr;   ///< null: none. Outlives the reply
  model::TenantId tenant;
  model::CredentialId credential;
  std::shared_ptr<const ClientCertificate> certificate;  ///< null: none
  Departure* departure = nullptr;  ///< ends the call, and the reading of its reply, with an error. Outlives the reply; may be null

  model::Milliseconds connect_within{10'000};  ///< name, connect and TLS
  model::Milliseconds head_within{60'000};     ///< from the last byte sent to the end of the reply's head
  model::Milliseconds idle_for{60'000};        ///< between two bytes of a body, either way
};

struct UpstreamReply {
  int status = 0;                    ///< 200 to 599: interim replies are skipped, 101 is a failure (S14)
  Headers headers;                   ///< names and values as sent, in order, hop-by-hop ones and framing left out
  /// Never null. Read to its end, the connection goes back to the pool; dropped before, it is closed.
  std::unique_ptr<BodySource> body;
};

/// Calls an API and hands its reply on while it arrives. Several calls from several executors at once; each stays on its own.
class Upstream {
 public:
  virtual ~Upstream() = default;
  /// The reply's head. The request's body is sent at the same time: a reply may come before its end. A call is repeated by itself only
  /// on a kept connection that turns out closed before a byte of a reply came, when its method is idempotent (RFC 9110 9.2.2) and it
  /// has no body.
  ///
  /// Errors: kEgressDenied, kUpstreamUnreachable (name, connect, TLS), kUpstreamTimeout, kUpstreamBroken (reset, truncated, not HTTP),
  /// kCallerGone; the error of the body where reading that failed.
  virtual Task<std::expected<UpstreamReply, HttpFailure>> send(UpstreamRequest request) = 0;
};

}  // namespace valetkey::ports
