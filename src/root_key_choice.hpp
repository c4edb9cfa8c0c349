#pragma once
#include <vector>

#include "config.hpp"
#include "ports/random.hpp"

namespace valetkey {

/// The root keys of the settings (S42): of `root_key`, else of the file. kNotFound when there is no such file, kKeyUnavailable for what
/// is no key, is listed twice, or may be read by others.
model::Result<std::vector<model::Secret>> root_keys_of(const Config& config);

/// kKeyUnavailable, with what to do, when the store exists and none of `keys` opens it. Not a byte of it is changed, nor by an older
/// version's migrations. No error while it holds nothing.
model::Result<void> check_root_keys(const Config& config, const std::vector<model::Secret>& keys);

/// What `serve` starts with: the keys of the settings when they open the store; where there is no key file, a new one if there is no
/// store yet either, or an empty one. Everything else is refused before anything is touched.
model::Result<std::vector<model::Secret>> root_keys_to_serve(const Config& config, ports::Random& random);

/// The root keys that open the database, by their names; empty for one that holds nothing.
model::Result<std::vector<std::string>> root_keys_that_open(const std::string& database);

}  // namespace valetkey
