#pragma once
#include <expected>
#include <string>
#include <string_view>

#include "model/time.hpp"
#include "services/verify/key_request.hpp"

namespace valetkey::services {

/// Why there is no key.
struct KeyFailure {
  std::string_view reason = "key_unavailable";  ///< static storage: key_unavailable, key_url_refused, key_unknown, key_invalid
  bool is_retryable = true;                     ///< not the request's fault: the network, or a limit of ours
  std::string why;
};

using KeyAnswer = std::expected<verify::KeySetPtr, KeyFailure>;

/// One fetch: what it gave, and how long that may be used.
struct FetchedKeys {
  KeyAnswer answer;
  model::Seconds keep_for{0};
};

}  // namespace valetkey::services
