#pragma once
#include "services/script/script_services.hpp"
#include "services/script/secret_scan.hpp"

namespace valetkey::services {

/// What mappers and validation may ask: calls to the API of their one account, a few (S38).
class AccountHandle final : public ports::ScriptHost {
 public:
  /// `token` is used in the place of a token read, and is kept out of the answers; `connecting`: of a connection that is not stored yet.
  AccountHandle(ScriptAccount rights, model::TenantId tenant, model::ConnectionId connection, std::optional<model::Secret> token,
                std::optional<ports::Connecting> connecting = {});
  ports::Answer<std::string> ask(std::string name, std::string argument) override;
  [[nodiscard]] const SecretScan& secrets() const { return secrets_; }

 private:
  model::Result<ports::AccountCall> call_of(std::string_view argument) const;

  ScriptAccount rights_;
  model::TenantId tenant_;
  model::ConnectionId connection_;
  std::optional<model::Secret> token_;
  std::optional<ports::Connecting> connecting_;
  SecretScan secrets_;
};

}  // namespace valetkey::services
