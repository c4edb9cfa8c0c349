#pragma once
#include <memory>

#include "model/address_policy.hpp"
#include "ports/clock.hpp"
#include "ports/http_client.hpp"

namespace valetkey::adapters::curl {

class TransferThread;

struct Settings {
  std::shared_ptr<const model::AddressPolicy> policy;  ///< never null
  std::size_t most_in_flight = 512;                    ///< further calls wait, their deadline runs
  std::string ca_file;                                 ///< PEM; empty: the system's
  std::string user_agent = "valetkey";
};

/// libcurl's multi interface on one thread of its own that serves all callers. Each call has a connection of its own: libcurl would
/// silently send again on a kept connection that turns out to be closed. No proxy, netrc, cookie or redirect (S5), and the egress
/// policy is asked for each address before its socket exists (S6).
///
/// `HttpRequest::may_send` is called on that thread: brief, thread safe, without a lock that a caller of send() may hold.
/// A wait is not cancellable. The destructor ends what is in flight with a failure each; the contexts of the callers outlive it.
class CurlHttpClient final : public ports::HttpClient {
 public:
  /// `clock` outlives this; it times the waiting for a free place. The first one removes SSLKEYLOGFILE from the environment: make it
  /// before other threads read that.
  CurlHttpClient(Settings settings, const ports::Clock& clock);
  ~CurlHttpClient() override;
  CurlHttpClient(const CurlHttpClient&) = delete;
  CurlHttpClient& operator=(const CurlHttpClient&) = delete;

  ports::Task<std::expected<ports::HttpResponse, ports::HttpFailure>> send(ports::HttpRequest request) override;

 private:
  const ports::Clock& clock_;
  std::unique_ptr<TransferThread> thread_;
};

}  // namespace valetkey::adapters::curl
