#pragma once
#include "model/id.hpp"
#include "ports/http_client.hpp"
#include "services/incoming.hpp"
#include "services/keys/key_fetch.hpp"
#include "services/services.hpp"

namespace valetkey::services {

/// Verifies requests as documents say: unsigned challenge, the first alternative that applies, signed challenge (S25). Everything but
/// the fetch of a key is pure (services/verify/). Thread safe.
class DeclaredVerification {
 public:
  DeclaredVerification(KeyFetch& keys, ports::HttpClient& http) : keys_(keys), http_(http) {}

  /// Never an error: what cannot be verified is rejected, with the reason and the reply. Arguments outlive the task.
  ports::Task<Verdict> verify(const ServiceDocument& document, const Incoming& request, const EndpointValues& values,
                              model::TenantId tenant, Run run);

 private:
  ports::Task<Verdict> fetched(Verdict verdict, const ServiceDocument& document, model::TenantId tenant);

  KeyFetch& keys_;
  ports::HttpClient& http_;
};

/// A rejection as the application is answered. `is_retryable`: it is not the request's fault, so it is asked to send it again.
Verdict rejected(std::string reason, int status, std::vector<Step> steps, bool is_retryable = false);

}  // namespace valetkey::services
