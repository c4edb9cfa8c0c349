#include "adapters/upstream/tls.hpp"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "adapters/upstream/socket_bio.hpp"
#include "model/address.hpp"

namespace valetkey::adapters::upstream {
namespace {

constexpr unsigned char kProtocols[] = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};

template <auto Free>
struct Deleter {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};
using Bio = std::unique_ptr<BIO, Deleter<BIO_free_all>>;
using Certificate = std::unique_ptr<X509, Deleter<X509_free>>;
using Key = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY_free>>;

Bio memory(std::string_view bytes) { return Bio(BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size()))); }

/// The only password there is: none. OpenSSL would ask the terminal.
int no_password(char*, int, int, void*) { return -1; }

bool use_certificate(SSL* session, const ports::ClientCertificate& certificate) {
  const auto chain = memory(certificate.chain_pem);
  const Certificate leaf(PEM_read_bio_X509(chain.get(), nullptr, no_password, nullptr));
  if (!leaf || SSL_use_certificate(session, leaf.get()) != 1) return false;
  while (const Certificate next{PEM_read_bio_X509(chain.get(), nullptr, no_password, nullptr)})
    if (SSL_add1_chain_cert(session, next.get()) != 1) return false;
  const auto pem = memory(certificate.key_pem.reveal());
  const Key key(PEM_read_bio_PrivateKey(pem.get(), nullptr, no_password, nullptr));
  return key && SSL_use_PrivateKey(session, key.get()) == 1 && SSL_check_private_key(session) == 1;
}

/// The peer must prove to be this name or address; a name is also told to it (RFC 6066 3).
bool expect_host(SSL* session, const std::string& host) {
  auto* parameters = SSL_get0_param(session);
  X509_VERIFY_PARAM_set_hostflags(parameters, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  if (model::parse_address(host)) return X509_VERIFY_PARAM_set1_ip_asc(parameters, host.c_str()) == 1;
  return X509_VERIFY_PARAM_set1_host(parameters, host.data(), host.size()) == 1 && SSL_set_tlsext_host_name(session, host.c_str()) == 1;
}

/// OpenSSL has a session that can be resumed later: with TLS 1.3 in the middle of a read.
int keep_session(SSL* connection, SSL_SESSION* session) {
  const auto* resumption = static_cast<const Resumption*>(SSL_get_app_data(connection));
  resumption->sessions.put(resumption->key, ResumableSession(session));
  return 1;  // it is ours now
}

}  // namespace

void FreeTls::operator()(ssl_ctx_st* context) const { SSL_CTX_free(context); }
void FreeTls::operator()(ssl_st* session) const {
  // Otherwise OpenSSL takes its end for a cut, and the session is never resumed.
  SSL_set_shutdown(session, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
  SSL_free(session);
}

void TlsClient::make_context() {
  context_.reset(SSL_CTX_new(TLS_client_method()));
  auto* context = context_.get();
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_read_ahead(context, 1);  // header and record of TLS in one call of the kernel
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_alpn_protos(context, kProtocols, sizeof kProtocols);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
  SSL_CTX_sess_set_new_cb(context, keep_session);
  const bool is_loaded =
      ca_file_.empty() ? SSL_CTX_set_default_verify_paths(context) == 1 : SSL_CTX_load_verify_file(context, ca_file_.c_str()) == 1;
  if (!is_loaded) problem_ = fmt::format("the authorities in {} cannot be read", ca_file_.empty() ? "the system's store" : ca_file_);
  ERR_clear_error();
}

model::Result<TlsSession> TlsClient::session(int socket, const std::string& host, const ports::ClientCertificate* certificate,
                                             Resumption resumption) {
  std::call_once(made_, [this] { make_context(); });
  if (!problem_.empty()) return model::fail(model::Code::kUpstreamUnreachable, "TLS: the authorities cannot be read", {problem_});
  std::unique_ptr<ssl_st, FreeTls> session(SSL_new(context_.get()));
  auto* bio = make_socket_bio(socket);
  if (!session || bio == nullptr) return model::fail(model::Code::kInternal, "TLS: no memory");
  SSL_set_bio(session.get(), bio, bio);
  if (!expect_host(session.get(), host)) return model::fail(model::Code::kInternal, "TLS: the name of the server cannot be set");
  if (certificate != nullptr && !use_certificate(session.get(), *certificate)) {
    ERR_clear_error();
    return model::fail(model::Code::kInvalidInput, "TLS: the client certificate or its key cannot be used");
  }
  if (const auto earlier = resumption.sessions.take(resumption.key)) SSL_set_session(session.get(), earlier.get());
  SSL_set_connect_state(session.get());
  return TlsSession(std::move(session), resumption);
}

TlsSession::TlsSession(std::unique_ptr<ssl_st, FreeTls> session, Resumption resumption)
    : resumption_(new Resumption(resumption)),
      session_(std::move(session)) {
  SSL_set_app_data(session_.get(), resumption_.get());
}

Io TlsSession::outcome(int result) const {
  switch (SSL_get_error(session_.get(), result)) {
    case SSL_ERROR_WANT_READ: return Io::kWantsRead;
    case SSL_ERROR_WANT_WRITE: return Io::kWantsWrite;
    case SSL_ERROR_ZERO_RETURN: return Io::kEnd;
    default: return Io::kFailed;  // an end without close_notify too: the peer's bytes may have been cut (RFC 8446 6.1)
  }
}

Io TlsSession::handshake() {
  ERR_clear_error();
  const auto result = SSL_do_handshake(session_.get());
  return result == 1 ? Io::kDone : outcome(result);
}

Moved TlsSession::read(std::span<char> into) {
  ERR_clear_error();
  std::size_t bytes = 0;
  const auto result = SSL_read_ex(session_.get(), into.data(), into.size(), &bytes);
  return {.io = result == 1 ? Io::kDone : outcome(result), .bytes = bytes};
}

Moved TlsSession::write(std::string_view bytes) {
  ERR_clear_error();
  std::size_t written = 0;
  const auto result = SSL_write_ex(session_.get(), bytes.data(), bytes.size(), &written);
  return {.io = result == 1 ? Io::kDone : outcome(result), .bytes = written};
}

std::string TlsSession::failure() const {
  if (const auto verified = SSL_get_verify_result(session_.get()); verified != X509_V_OK)
    return fmt::format("the server's certificate is not accepted: {}", X509_verify_cert_error_string(verified));
  const auto* reason = ERR_reason_error_string(ERR_peek_last_error());
  return reason == nullptr ? "the handshake ended early" : reason;
}

}  // namespace valetkey::adapters::upstream
