#pragma once
#include <string>
#include <string_view>

#include "model/id.hpp"

namespace valetkey::vault {

enum class Purpose { kSecrets, kEvents };  ///< one family of data keys each (S40)

/// What a sealed field belongs to. All of it is authenticated, length-prefixed, so that a sealed field cannot be moved (S40).
struct Place {
  Purpose purpose = Purpose::kSecrets;
  std::string_view label;  ///< constant of the program: "refresh_token"; never a table or column
  model::TenantId tenant;
  std::string record;      ///< id
  std::string revision;    ///< what makes an older copy of this field differ: generation, endpoint set hash
};

}  // namespace valetkey::vault
