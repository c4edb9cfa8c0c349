#include "events/endpoints/endpoint_values.hpp"

#include <algorithm>

#include "vault/places.hpp"

namespace valetkey::events {
namespace {

using services::DeclaredSecret;

ports::Answer<model::Secret> open_sealed(const Context& context, vault::Place place, const model::Sealed& sealed) {
  // The data key is in memory but for the first time: no coroutine of the ring's own.
  if (auto now = context.keys.try_open(place, sealed)) co_return std::move(*now);
  co_return co_await context.keys.open(std::move(place), sealed);
}

bool is_valid(const model::StoredSecret& secret, model::WallTime now) { return !secret.valid_until || *secret.valid_until > now; }

ports::Answer<std::vector<model::Secret>> client_secrets(const Context& context, const model::EndpointSet& set, model::WallTime now) {
  std::vector<model::Secret> out;
  for (const auto& secret : set.secrets) {
    if (!is_valid(secret, now)) continue;
    auto value = co_await open_sealed(context, vault::client_secret_place(set, secret.set_at), secret.sealed);
    if (!value) co_return model::fail(std::move(value.error()));
    out.push_back(std::move(*value));
  }
  co_return out;
}

}  // namespace

std::vector<std::string> names_of_client_secret(const std::vector<services::ServicePtr>& services) {
  std::vector<std::string> names;
  const auto add = [&](const std::string& name) {
    if (std::ranges::find(names, name) == names.end()) names.push_back(name);
  };
  for (const auto& service : services) {
    if (!service) continue;
    // A script declares nothing: it may ask for it by this name.
    if (!service->document) add("client_secret");
    else
      for (const auto& secret : service->document->secrets)
        if (secret.from == DeclaredSecret::From::kClientSecret) add(secret.name);
  }
  return names;
}

ports::Answer<services::EndpointValues> values_of(const Context& context, const Site& site,
                                                  const std::vector<services::ServicePtr>& services) {
  const auto& endpoint = *site.endpoint;
  const auto now = context.clock.wall_now();
  services::EndpointValues values;
  values.accepts_handshake = endpoint.handshake_until && *endpoint.handshake_until > now;
  values.parameters.insert(endpoint.parameters.begin(), endpoint.parameters.end());
  for (const auto& secret : endpoint.secrets) {
    if (!is_valid(secret.value, now)) continue;
    auto value =
        co_await open_sealed(context, vault::endpoint_secret_place(endpoint, secret.name, secret.value.set_at), secret.value.sealed);
    if (!value) co_return model::fail(std::move(value.error()));
    values.secrets[secret.name].push_back(std::move(*value));
  }
  std::optional<std::vector<model::Secret>> clients;
  for (const auto& name : names_of_client_secret(services)) {
    if (values.secrets.contains(name)) continue;
    if (!clients) {
      auto opened = co_await client_secrets(context, *site.set, now);
      if (!opened) co_return model::fail(std::move(opened.error()));
      clients = std::move(*opened);
    }
    if (!clients->empty()) values.secrets[name] = *clients;
  }
  co_return values;
}

}  // namespace valetkey::events
