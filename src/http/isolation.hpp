#pragma once
#include <string_view>

#include "http/response.hpp"

namespace valetkey::http {

/// Whether answers under this raw path may show what strangers wrote (S13): the proxy, hooks and actions.
bool is_isolated(std::string_view path);

/// Adds the headers that keep an answer from acting on our origin; a problem gets `Valetkey-Error: code` besides, which tells it from what
/// an API answered.
void isolate(Response& response);

}  // namespace valetkey::http
