#pragma once
#include <array>

#include "ports/http_client.hpp"

namespace valetkey::calls {

/// What keeps foreign content from acting on our origin (S13); `nosniff` comes with every answer of the server.
inline constexpr std::array<std::pair<std::string_view, std::string_view>, 2> kIsolation{
    {{"Content-Security-Policy", "default-src 'none'; sandbox; frame-ancestors 'none'"}, {"Cross-Origin-Resource-Policy", "same-origin"}}};

/// The headers of an API's reply as the caller gets them (S13): without what would act on our origin, without what only we say, and
/// with kIsolation. The API's X-Request-Id becomes Valetkey-Upstream-Request-Id, since ours stands there.
ports::Headers reply_headers(ports::Headers received);

}  // namespace valetkey::calls
