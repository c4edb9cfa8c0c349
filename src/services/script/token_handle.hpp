#pragma once
#include "ports/clock.hpp"
#include "services/script/script_services.hpp"
#include "services/script/secret_scan.hpp"

namespace valetkey::services {

/// What the scripts that make tokens may ask: requests to the host of the token URL. `{{secret.x}}` in a header, a query parameter, a form
/// or a document becomes the secret on the way out, and on the way in the secret becomes `{{secret.x}}` again (S37).
class TokenHandle final : public ports::ScriptHost {
 public:
  /// All outlive it.
  TokenHandle(const ports::TokenStep& step, ports::HttpClient& http, const ports::Clock& clock);
  ports::Answer<std::string> ask(std::string name, std::string argument) override;

  [[nodiscard]] bool is_sent() const { return is_sent_; }
  /// The last request's failure, where it had no answer.
  [[nodiscard]] const std::optional<model::Error>& failure() const { return failure_; }
  /// The secrets of the step, and what answers hold under names like access_token.
  [[nodiscard]] const SecretScan& secrets() const { return secrets_; }
  /// The answer of the script as a token response: an old token that it names by its handle is filled in. kInvalidInput where a secret of
  /// the step is in it.
  model::Result<boost::json::object> token_response(boost::json::value answer) const;

 private:
  model::Result<ports::HttpRequest> request_of(std::string_view argument) const;
  model::Result<void> fill(std::string& text) const;
  model::Result<void> fill(boost::json::value& value) const;
  [[nodiscard]] std::string with_handles(std::string text) const;
  void note_tokens(const boost::json::value& document, std::string_view name);

  const ports::TokenStep& step_;
  ports::HttpClient& http_;
  const ports::Clock& clock_;
  model::BootTime ends_at_;
  std::map<std::string, model::Secret> values_;  ///< by name, the client's secret included
  SecretScan of_step_;
  SecretScan secrets_;
  int calls_ = 5;
  std::size_t bytes_ = 1 << 20;
  bool is_sent_ = false;
  std::optional<model::Error> failure_;
};

}  // namespace valetkey::services
