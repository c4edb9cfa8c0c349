#pragma once
#include <boost/json/object.hpp>
#include <string>
#include <vector>

#include "cli/environment.hpp"
#include "cli/failure.hpp"

namespace valetkey::cli {

/// NAME=@FILE (- for standard input) or NAME=env:VARIABLE, never the secret itself; a name that comes again has an older value behind it.
inline constexpr auto kSecretHelp = "NAME=@FILE or NAME=env:VARIABLE of a secret; again for an older value of it";

/// The secrets as {name: [newest, older]}. kUsage where one cannot be read.
/// With `takes_text`, NAME=VALUE is taken as it stands and warned about: for dry runs with made-up secrets.
Outcome<boost::json::object> named_secrets(const std::vector<std::string>& items, const std::string& flag, const Environment& environment,
                                           bool takes_text);

}  // namespace valetkey::cli
