#include "oauth/token_step.hpp"

namespace valetkey::oauth {
namespace {

constexpr auto kGeneration = "token_generation";
constexpr auto kRefreshal = "token_refreshal";

}  // namespace

bool has_custom_steps(const Client& client) { return client.set.config_services.contains(kGeneration); }

ports::TokenStep token_step(const Client& client, ports::TokenStep::Kind kind, const std::map<std::string, std::string>& fields,
                            std::vector<std::string> scopes) {
  ports::TokenStep step{.kind = kind, .scopes = std::move(scopes), .parameters = client.credential.config_params};
  step.parameters.insert(fields.begin(), fields.end());  // what the operator set wins
  return step;
}

void complete(ports::TokenStep& step, const Client& client, std::size_t secret_index, std::string url) {
  const auto& services = client.set.config_services;
  const auto named = services.find(step.kind == ports::TokenStep::Kind::kRefreshal ? kRefreshal : kGeneration);
  if (named == services.end()) step.kind = ports::TokenStep::Kind::kGeneration;
  step.service = named == services.end() ? services.at(kGeneration) : named->second;
  step.tenant = client.credential.tenant;
  step.client_id = client.set.client_id;
  for (std::size_t i = secret_index; i < client.secrets.size(); ++i) step.client_secrets.push_back(client.secrets[i]);
  step.token_url = std::move(url);
}

}  // namespace valetkey::oauth
