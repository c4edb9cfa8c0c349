#pragma once
#include <string>

#include "model/id.hpp"
#include "ports/clock.hpp"
#include "ports/http_client.hpp"
#include "ports/metrics.hpp"
#include "ports/single_flight.hpp"
#include "services/keys/certificates.hpp"
#include "services/keys/fetched_keys.hpp"
#include "services/keys/key_cache.hpp"

namespace valetkey::services {

/// Fetches public keys (S30): pinned hosts, https (http for a loopback host that is pinned by name), no redirects, 256 KiB, 100 keys;
/// one fetch of an address at a time, kept as KeyCache says. Thread safe.
class KeyFetch {
 public:
  struct Settings {
    std::string ca_file;  ///< PEM; empty: the system's. What chains of certificates must lead to.
  };
  KeyFetch(ports::HttpClient& http, const ports::Clock& clock, ports::Metrics& metrics, Settings settings);

  /// The tenant's egress exceptions count (S6). Where the set has no key of the id that was asked for, it is answered as it is.
  ports::Task<KeyAnswer> keys(verify::KeyRequest request, model::TenantId tenant);

 private:
  ports::Task<FetchedKeys> fetch(verify::KeyRequest request, std::string url, model::TenantId tenant);
  void count(verify::KeyRequest::From from, std::string_view outcome);

  ports::HttpClient& http_;
  const ports::Clock& clock_;
  ports::Metrics& metrics_;
  const CertificateCheck certificates_;
  KeyCache cache_;
  ports::SingleFlight<FetchedKeys> flight_;
};

}  // namespace valetkey::services
