#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "calls/api.hpp"
#include "model/error.hpp"

namespace valetkey::calls {

/// What a caller asks for below the base URI, raw. Views into its request.
struct Below {
  std::optional<std::string_view> path;   ///< behind the slash that follows the base; nullopt: the base URI itself
  std::optional<std::string_view> query;  ///< without its `?`
};

/// kInvalidInput says what is wrong with the path (path_fault) or the query.
model::Result<void> check_below(const Below& below);

/// The request target in origin form (RFC 9112 3.2.1): path and query as they go to the API. Nothing is normalised (S15). Parameters of
/// the integration's names are taken out of the caller's query, then the integration's are added (S16).
/// Errors: check_below().
model::Result<std::string> target_of(const Api& api, const Below& below, std::string_view token);

/// Whether a path is `base_path` or below it, by whole segments.
bool is_below(std::string_view base_path, std::string_view path);

}  // namespace valetkey::calls
