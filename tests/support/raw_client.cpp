#include "support/raw_client.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <stdexcept>

namespace valetkey::test {
namespace {

constexpr timeval kPatience{.tv_sec = 10, .tv_usec = 0};

int connected(std::uint16_t port) {
  const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ::setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof kPatience);
  ::setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &kPatience, sizeof kPatience);
  if (::connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return descriptor;
  ::close(descriptor);
  throw std::runtime_error("cannot connect to the server");
}

std::string lowered(std::string text) {
  std::ranges::transform(text, text.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return text;
}

RawResponse parsed_head(std::string_view head) {
  RawResponse response{.status = std::stoi(std::string(head.substr(9, 3)))};
  for (auto line = head.find("\r\n"); line + 2 < head.size();) {
    const auto start = line + 2;
    line = head.find("\r\n", start);
    const auto text = head.substr(start, line - start);
    const auto colon = text.find(": ");
    if (colon != std::string_view::npos) response.headers.emplace_back(lowered(std::string(text.substr(0, colon))), text.substr(colon + 2));
  }
  return response;
}

}  // namespace

struct RawClient::State {
  int descriptor = -1;
  SSL_CTX* context = nullptr;
  SSL* tls = nullptr;
  std::string received;
  bool was_reset = false;

  ~State() {
    SSL_free(tls);
    SSL_CTX_free(context);
    ::close(descriptor);
  }
};

RawClient::RawClient(std::unique_ptr<State> state) : state_(std::move(state)) {}
RawClient::RawClient(std::uint16_t port) : state_(new State{.descriptor = connected(port)}) {}
RawClient::RawClient(RawClient&&) noexcept = default;
RawClient::~RawClient() = default;

RawClient RawClient::tls(std::uint16_t port, int version) {
  std::unique_ptr<State> state(new State{.descriptor = connected(port), .context = SSL_CTX_new(TLS_client_method())});
  SSL_CTX_set_security_level(state->context, 0);  // so that old versions are offered at all
  SSL_CTX_set_min_proto_version(state->context, version);
  SSL_CTX_set_max_proto_version(state->context, version);
  state->tls = SSL_new(state->context);
  SSL_set_fd(state->tls, state->descriptor);
  if (SSL_connect(state->tls) != 1) throw std::runtime_error("the TLS handshake failed");
  return RawClient(std::move(state));
}

bool RawClient::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = state_->tls != nullptr ? SSL_write(state_->tls, bytes.data(), static_cast<int>(bytes.size()))
                                             : ::send(state_->descriptor, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool RawClient::fill() {
  char chunk[16384];
  const auto count =
      state_->tls != nullptr ? SSL_read(state_->tls, chunk, sizeof chunk) : ::recv(state_->descriptor, chunk, sizeof chunk, 0);
  if (count > 0) state_->received.append(chunk, static_cast<std::size_t>(count));
  state_->was_reset = count < 0 && errno == ECONNRESET;
  if (count < 0 && errno == EAGAIN) throw std::runtime_error("the server neither answers nor closes");
  return count > 0;
}

RawResponse RawClient::read_response(bool to_head) {
  auto& received = state_->received;
  std::size_t end = 0;
  while ((end = received.find("\r\n\r\n")) == std::string::npos)
    if (!fill()) return {};
  auto response = parsed_head(std::string_view(received).substr(0, end + 2));
  received.erase(0, end + 4);
  const auto length = response.header("content-length");
  const auto wanted = to_head || length.empty() ? std::size_t{0} : std::stoul(length);
  while (received.size() < wanted)
    if (!fill()) return {};
  response.body = received.substr(0, wanted);
  received.erase(0, wanted);
  return response;
}

std::string RawClient::read_to_end() {
  while (fill()) {
  }
  return std::exchange(state_->received, {});
}

std::string RawClient::read_some() {
  if (state_->received.empty()) fill();
  return std::exchange(state_->received, {});
}

bool RawClient::was_reset() const { return state_->was_reset; }

void RawClient::end_sending() { ::shutdown(state_->descriptor, SHUT_WR); }

std::string RawClient::certificate() const {
  auto* certificate = SSL_get1_peer_certificate(state_->tls);
  auto* out = BIO_new(BIO_s_mem());
  PEM_write_bio_X509(out, certificate);
  char* data = nullptr;
  const auto size = BIO_get_mem_data(out, &data);
  std::string text(data, static_cast<std::size_t>(size));
  BIO_free(out);
  X509_free(certificate);
  return text;
}

std::string RawResponse::header(std::string_view name) const {
  for (const auto& [key, value] : headers)
    if (key == name) return value;
  return {};
}

}  // namespace valetkey::test
