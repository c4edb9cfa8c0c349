#include "adapters/upstream/request_head.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "model/http_text.hpp"

namespace valetkey::adapters::upstream {

using model::equals_ignoring_case;
using model::is_header_value;
using model::is_token;

namespace {

/// Of this connection, not of the message: made here or never sent.
bool is_of_the_connection(std::string_view name) {
  constexpr std::array<std::string_view, 10> kNames{"host",    "connection", "content-length", "transfer-encoding", "keep-alive", "te",
                                                    "trailer", "upgrade",    "expect",         "proxy-connection"};
  return std::ranges::any_of(kNames, [&](std::string_view other) { return equals_ignoring_case(name, other); });
}

bool is_target(std::string_view target) {
  return target.starts_with('/') && std::ranges::all_of(target, [](char c) { return c > 0x20 && c < 0x7f && c != '#'; });
}

/// A server may wait for a body that these methods usually have (RFC 9110 8.6).
bool usually_has_body(std::string_view method) { return method == "POST" || method == "PUT" || method == "PATCH"; }

std::unexpected<model::Error> refused(std::string_view reason) {
  return model::fail(model::Code::kInvalidInput, fmt::format("make the request: {}", reason));
}

void append_framing(std::string& out, std::string_view method, Framing framing, std::uint64_t length) {
  switch (framing) {
    case Framing::kNone:
      if (usually_has_body(method)) out += "Content-Length: 0\r\n";
      break;
    case Framing::kLength: fmt::format_to(std::back_inserter(out), "Content-Length: {}\r\n", length); break;
    case Framing::kChunked: out += "Transfer-Encoding: chunked\r\n"; break;
  }
}

}  // namespace

model::Result<void> append_request_head(std::string& out, const ports::UpstreamRequest& request, Framing framing, std::uint64_t length) {
  if (!is_token(request.method) || request.method == "CONNECT") return refused("the method cannot be sent");
  if (!is_target(request.target)) return refused("the target is not a path, or holds characters that no target has");
  const auto& origin = request.origin;
  out.append(request.method).append(" ").append(request.target).append(" HTTP/1.1\r\nHost: ").append(origin.host);
  if (origin.port != (origin.scheme == "https" ? 443 : 80)) out.append(":").append(fmt::format_int(origin.port).c_str());
  out.append("\r\n");
  for (const auto& [name, value] : request.headers) {
    if (!is_token(name) || !is_header_value(value)) return refused("a header holds characters that no header has");
    if (is_of_the_connection(name)) return refused(fmt::format("the header {} belongs to the connection", name));
    out.append(name).append(": ").append(value).append("\r\n");
  }
  append_framing(out, request.method, framing, length);
  out.append("\r\n");
  return {};
}

}  // namespace valetkey::adapters::upstream
