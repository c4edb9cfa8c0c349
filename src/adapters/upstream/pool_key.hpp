#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "ports/upstream.hpp"

namespace valetkey::adapters::upstream {

/// Who may share a kept connection: one tenant, one credential, one origin, one client certificate (S14).
struct PoolKey {
  std::string tenant;
  std::string credential;
  std::string scheme;
  std::string host;
  std::uint16_t port = 0;
  std::string certificate;  ///< id; empty: none
};

/// The same, to look one up without copying.
struct PoolKeyView {
  explicit PoolKeyView(const ports::UpstreamRequest& request)
      : tenant(request.tenant.str()),
        credential(request.credential.str()),
        scheme(request.origin.scheme),
        host(request.origin.host),
        port(request.origin.port),
        certificate(request.certificate ? std::string_view(request.certificate->id) : std::string_view{}) {}
  // NOLINTNEXTLINE(google-explicit-constructor): the two are one thing to the pool
  PoolKeyView(const PoolKey& key)
      : tenant(key.tenant),
        credential(key.credential),
        scheme(key.scheme),
        host(key.host),
        port(key.port),
        certificate(key.certificate) {}

  [[nodiscard]] PoolKey owned() const {
    return {.tenant = std::string(tenant),
            .credential = std::string(credential),
            .scheme = std::string(scheme),
            .host = std::string(host),
            .port = port,
            .certificate = std::string(certificate)};
  }
  friend bool operator==(const PoolKeyView&, const PoolKeyView&) = default;

  std::string_view tenant;
  std::string_view credential;
  std::string_view scheme;
  std::string_view host;
  std::uint16_t port;
  std::string_view certificate;
};

struct PoolKeyHash {
  using is_transparent = void;
  std::size_t operator()(const PoolKeyView& key) const {
    std::size_t hash = key.port;
    for (const auto part : {key.tenant, key.credential, key.scheme, key.host, key.certificate})
      hash = hash * 0x9e3779b97f4a7c15ULL ^ std::hash<std::string_view>{}(part);
    return hash;
  }
};
struct PoolKeyEqual {
  using is_transparent = void;
  bool operator()(const PoolKeyView& a, const PoolKeyView& b) const { return a == b; }
};

}  // namespace valetkey::adapters::upstream
