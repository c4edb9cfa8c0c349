#pragma once
#include "ports/config_services.hpp"
#include "services/http_service.hpp"
#include "services/script/script_services.hpp"
#include "services/services.hpp"

namespace valetkey::services {

/// The config services that are about accounts and their tokens: what `oauth` asks for (DESIGN 6). Thread safe.
class Accounts final : public ports::ConfigServices {
 public:
  /// All outlive it.
  struct World {
    Services& services;
    ScriptServices& scripts;
    HttpService& http_services;
    ports::AccountApi& api;
    ports::HttpClient& http;
    vault::Records& records;
  };
  explicit Accounts(World world) : world_(world) {}

  ports::Task<std::expected<boost::json::object, ports::TokenStepFailure>> token_response(ports::TokenStep step) override;
  ports::Answer<std::string> app_user_id(ports::ConnectedAccount account) override;
  ports::Answer<ports::TokenValidation> validate(ports::ValidationCall call) override;
  ports::Answer<std::string> check(model::TenantId tenant, std::string kind, std::string name, bool pin) override;

 private:
  ports::Answer<ports::TokenValidation> check_token(const TokenCheck& check, const ports::ValidationCall& call);
  ports::Answer<std::string> pinned(const model::TenantId& tenant, const std::string& name);

  World world_;
};

}  // namespace valetkey::services
