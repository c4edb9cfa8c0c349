#pragma once
#include <string>

#include "model/error.hpp"
#include "model/secret.hpp"

namespace valetkey {

/// The text of a file that holds one secret, without the end of the line. kInvalidInput when it cannot be read, when its mode is other
/// than 0600 or 0400, when it is empty or longer than 4 KiB.
model::Result<model::Secret> secret_from_file(const std::string& path);

}  // namespace valetkey
