#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "ports/upstream.hpp"

namespace valetkey::adapters::upstream {

enum class Framing { kNone, kLength, kChunked };

/// Appends the head of a request: request line, Host, the caller's headers in their order, framing made anew (S14). kInvalidInput for
/// anything that would end a line or change the framing: control bytes in method, target, names or values, a target that is not in
/// origin form, headers that belong to the connection. Pure.
model::Result<void> append_request_head(std::string& out, const ports::UpstreamRequest& request, Framing framing, std::uint64_t length);

}  // namespace valetkey::adapters::upstream
