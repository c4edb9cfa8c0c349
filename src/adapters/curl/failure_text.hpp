#pragma once
#include <string>
#include <string_view>

namespace valetkey::adapters::curl {

/// What a result of libcurl (CURLcode) means, in words for the caller.
std::string_view reason_of(int result);

/// libcurl's own text without the query of any URL in it (S22).
std::string without_queries(std::string_view text);

}  // namespace valetkey::adapters::curl
