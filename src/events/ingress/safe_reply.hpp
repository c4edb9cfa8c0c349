#pragma once
#include <string_view>

#include "services/incoming.hpp"

namespace valetkey::events {

/// What a reply of a hook may be (S13): plain text, JSON or XML.
bool is_safe_content_type(std::string_view content_type);

/// The reply as it may be sent on our origin: a body of another type is dropped, and headers that would act on the origin with it.
services::Reply made_safe(services::Reply reply);

}  // namespace valetkey::events
