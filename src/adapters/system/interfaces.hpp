#pragma once
#include <vector>

#include "model/address.hpp"

namespace valetkey::adapters::system {

/// The addresses of this machine's network interfaces: where a listener on an unspecified address can be reached (S6). Empty when
/// the system does not tell.
std::vector<model::Address> interface_addresses();

}  // namespace valetkey::adapters::system
