#pragma once
#include <string>

#include "model/json_reader.hpp"
#include "services/declared_verification.hpp"
#include "services/document/read_document.hpp"
#include "support/recorded_metrics.hpp"
#include "support/run_task.hpp"
#include "support/scripted_http.hpp"
#include "support/stepped_clock.hpp"

namespace valetkey::test {

/// Verification by one document, with a request that a test makes.
class VerifyRig {
 public:
  /// JSON of a service document; throws what is wrong with it.
  explicit VerifyRig(const std::string& text) {
    auto json = model::parse_json(text);
    if (!json) throw std::runtime_error(json.error().detail + ": " + text);
    auto read = services::read_service_document(*json);
    if (!read) {
      std::string faults = read.error().detail;
      for (const auto& field : read.error().fields) faults += "; " + field.pointer + ": " + field.detail;
      throw std::runtime_error(faults);
    }
    document = std::move(*read);
    request.method = "POST";
    request.path = "/hooks/app/key";
    request.public_url = "https://broker.example/hooks/app/key";
    request.received_at = clock.wall_now();
    request.headers = {{"content-type", "application/json"}};
  }

  services::Verdict verify(services::Run mode = services::Run::kDry) {
    return run(declared.verify(document, request, values, model::TenantId{"ten_test"}, mode));
  }
  /// Empty: verified.
  std::string reason() {
    auto verdict = verify();
    return verdict.outcome == services::Outcome::kRejected ? verdict.reason : "";
  }

  void set_secret(const std::string& name, std::string value) { values.secrets[name] = {model::Secret(std::move(value))}; }
  void add_header(const std::string& name, std::string value) { request.headers.emplace_back(name, std::move(value)); }
  [[nodiscard]] std::int64_t now() const { return model::to_unix_ms(request.received_at) / 1000; }

  SteppedClock clock;
  RecordedMetrics metrics;
  ScriptedHttp http;
  services::KeyFetch keys{http, clock, metrics, {}};
  services::DeclaredVerification declared{keys, http};
  services::ServiceDocument document;
  services::Incoming request;
  services::EndpointValues values;
};

}  // namespace valetkey::test
