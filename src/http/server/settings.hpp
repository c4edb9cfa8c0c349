#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/error.hpp"

namespace valetkey::http::server {

struct ListenAddress {
  std::string host;  ///< an IP address, without brackets
  std::uint16_t port = 0;
};
/// `127.0.0.1:8420`, `[::1]:8420`, `:8420` (all addresses, IPv4 and IPv6), `localhost:8420` (127.0.0.1).
model::Result<ListenAddress> parse_listen(std::string_view text);
std::string to_text(const ListenAddress& address);
bool is_loopback(const ListenAddress& address);

struct Limits {
  std::size_t header_bytes = 16 * 1024;          ///< request line and headers
  std::size_t body_bytes = 1024 * 1024;          ///< 413 beyond
  model::Milliseconds head_within{10'000};  ///< from the connection, or the first byte of a further request, to the end of its headers
  model::Milliseconds request_within{30'000};  ///< from the first byte to the last of a request; also for writing an answer
  model::Milliseconds idle_for{60'000};  ///< between two requests
  model::Milliseconds stream_idle_for{60'000};  ///< without a byte either way while a streamed request waits for its caller
  std::size_t connections = 10'000;  ///< beyond, the longest idle one is closed for each new one
};

struct TlsFiles {
  std::string certificate;  ///< PEM, chain behind the leaf
  std::string key;  ///< PEM
};

struct Settings {
  ListenAddress listen;
  std::optional<ListenAddress> listen_internal;
  std::optional<TlsFiles> tls;  ///< for both listeners
  bool insecure = false;  ///< plain http beyond loopback is meant
  std::string public_url;
  std::vector<std::string> hosts;  ///< further names that requests may be for
  std::vector<std::string> trusted_proxies;  ///< CIDR; only these may say X-Forwarded-For, X-Forwarded-Proto and X-Request-Id
  Limits limits;
};

/// What is refused at start (S21): plain http beyond loopback without `insecure`, broken addresses and networks.
model::Result<void> check_settings(const Settings& settings);

}  // namespace valetkey::http::server
