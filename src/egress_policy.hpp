#pragma once
#include <span>
#include <string>

#include "config.hpp"
#include "http/server/settings.hpp"
#include "model/address_policy.hpp"

namespace valetkey {

/// The listeners that the settings ask for; their ports may be 0.
model::Result<http::server::Settings> server_settings(const Config& config);

/// The egress policy (S6): the rules of the settings, and never ourselves: `listening` as bound, on every interface, and `url`.
model::Result<model::AddressPolicy> egress_policy(const Config& config, std::span<const http::server::ListenAddress> listening,
                                                  const std::string& url);

}  // namespace valetkey
