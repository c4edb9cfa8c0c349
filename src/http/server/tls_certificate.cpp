#include "http/server/tls_certificate.hpp"

#include <fmt/format.h>
#include <openssl/ssl.h>

#include <boost/asio/ssl/context.hpp>

namespace valetkey::http::server {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr unsigned char kProtocols[] = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};

int select_protocol(SSL*, const unsigned char** out, unsigned char* length, const unsigned char* offered, unsigned offered_length, void*) {
  unsigned char* chosen = nullptr;
  if (SSL_select_next_proto(&chosen, length, kProtocols, sizeof kProtocols, offered, offered_length) != OPENSSL_NPN_NEGOTIATED)
    return SSL_TLSEXT_ERR_NOACK;
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}

std::unexpected<model::Error> unusable(std::string_view what, const std::string& file, const error_code& error) {
  return model::fail(model::Code::kInvalidInput, fmt::format("load the TLS {} {}: {}", what, file, error.message()));
}

model::Result<std::shared_ptr<asio::ssl::context>> make_context(const TlsFiles& files) {
  auto context = std::make_shared<asio::ssl::context>(asio::ssl::context::tls_server);
  auto* native = context->native_handle();
  SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
  SSL_CTX_set_options(native, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_alpn_select_cb(native, select_protocol, nullptr);
  error_code error;
  context->use_certificate_chain_file(files.certificate, error);
  if (error) return unusable("certificate", files.certificate, error);
  context->use_private_key_file(files.key, asio::ssl::context::pem, error);
  if (error) return unusable("key", files.key, error);
  if (SSL_CTX_check_private_key(native) != 1)
    return model::fail(model::Code::kInvalidInput,
                       fmt::format("load the TLS key {}: it does not belong to {}", files.key, files.certificate));
  return context;
}

}  // namespace

TlsCertificate::Stamp TlsCertificate::stamp() const {
  std::error_code ignored;
  return {std::filesystem::last_write_time(files_.certificate, ignored), std::filesystem::last_write_time(files_.key, ignored)};
}

model::Result<void> TlsCertificate::load() {
  seen_ = stamp();
  auto context = make_context(files_);
  if (!context) return model::fail(std::move(context.error()));
  const std::lock_guard lock(mutex_);
  current_ = std::move(*context);
  return {};
}

void TlsCertificate::reload_if_changed() {
  if (stamp() == seen_) return;
  if (const auto loaded = load(); !loaded)
    log_.write(ports::LogLevel::kError, "the new TLS certificate is not usable, the old one stays", {{"reason", loaded.error().detail}});
  else log_.write(ports::LogLevel::kInfo, "loaded the new TLS certificate", {});
}

std::shared_ptr<asio::ssl::context> TlsCertificate::current() const {
  const std::lock_guard lock(mutex_);
  return current_;
}

}  // namespace valetkey::http::server
