#pragma once
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>

#include "adapters/upstream/io.hpp"
#include "adapters/upstream/tls_sessions.hpp"
#include "model/error.hpp"
#include "ports/upstream.hpp"

struct ssl_ctx_st;  // NOLINT(readability-identifier-naming): the name is OpenSSL's
struct ssl_st;      // NOLINT(readability-identifier-naming): the name is OpenSSL's

namespace valetkey::adapters::upstream {

struct FreeTls {
  void operator()(ssl_ctx_st* context) const;
  void operator()(ssl_st* session) const;
};

/// Where the sessions of a connection are kept to be resumed; both outlive it.
struct Resumption {
  TlsSessions& sessions;
  const PoolKey& key;
};

/// TLS of one connection, directly on its socket. Nothing waits.
class TlsSession {
 public:
  TlsSession(std::unique_ptr<ssl_st, FreeTls> session, Resumption resumption);

  Io handshake();
  Moved read(std::span<char> into);
  Moved write(std::string_view bytes);
  /// Why the handshake failed, in words of OpenSSL without anything from outside.
  [[nodiscard]] std::string failure() const;

 private:
  Io outcome(int result) const;
  std::unique_ptr<Resumption> resumption_;  // known to OpenSSL by its address
  std::unique_ptr<ssl_st, FreeTls> session_;
};

/// TLS 1.2 and later, verified against the authorities and the name. For all threads. The authorities are read when the first call
/// needs them: they take megabytes.
class TlsClient {
 public:
  explicit TlsClient(std::string ca_file) : ca_file_(std::move(ca_file)) {}
  /// For a connected socket that does not block and outlives the session. `host` is a name or an address without brackets.
  /// kUpstreamUnreachable when the authorities, kInvalidInput when the certificate of the client cannot be used.
  [[nodiscard]] model::Result<TlsSession> session(int socket, const std::string& host, const ports::ClientCertificate* certificate,
                                                  Resumption resumption);

 private:
  void make_context();

  const std::string ca_file_;
  std::once_flag made_;
  std::unique_ptr<ssl_ctx_st, FreeTls> context_;
  std::string problem_;  ///< why no call can be verified
};

}  // namespace valetkey::adapters::upstream
