#pragma once
#include <initializer_list>
#include <memory>
#include <string_view>

#include "model/address_policy.hpp"

namespace valetkey::test {

/// A policy with these exceptions, e.g. `127.0.0.0/8:*`.
inline std::shared_ptr<const model::AddressPolicy> egress(std::initializer_list<std::string_view> rules) {
  model::AddressPolicy::Settings settings;
  for (const auto rule : rules) settings.rules.push_back(model::parse_egress_rule(rule).value());
  return std::make_shared<const model::AddressPolicy>(std::move(settings));
}

}  // namespace valetkey::test
