#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "http/response.hpp"

namespace valetkey::http {

/// Text as HTML text or attribute value (S22).
std::string escaped(std::string_view text);

/// A whole page of ours: no script, one style by hash, nothing from elsewhere, no referrer (checklist 26).
/// `body` is HTML. `form_targets` are the origins that a form on it may lead to beside our own: browsers hold every redirect after a
/// submit against `form-action`, so the whole way of the flow is listed.
Response page(int status, std::string_view title, std::string_view body, const std::vector<std::string>& form_targets = {});

}  // namespace valetkey::http
