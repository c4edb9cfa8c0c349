#pragma once
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "model/address_policy.hpp"
#include "model/time.hpp"

namespace valetkey::adapters::upstream {

using Addresses = std::vector<model::Address>;
/// The addresses of a host, in the order to be tried; the error says why there are none. Blocks; called on a thread that exists for it.
using Resolver = std::function<model::Result<Addresses>(const std::string& host)>;

struct Settings {
  std::shared_ptr<const model::AddressPolicy> policy;  ///< never null
  std::string ca_file;                                 ///< PEM; empty: the system's
  std::size_t most_idle_per_key = 32;                  ///< kept connections of one context
  std::size_t most_idle = 512;                         ///< of one context; the one that waits longest gives way
  model::Milliseconds keep_for{55'000};                ///< less than the minute after which many servers close
  Resolver resolver;                                   ///< empty: getaddrinfo
};

}  // namespace valetkey::adapters::upstream
