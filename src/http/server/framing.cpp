#include "http/server/framing.hpp"

#include <algorithm>

#include "model/http_head.hpp"

namespace valetkey::http::server {
namespace {

using Reason = model::HeadFault;
using model::equals_ignoring_case;
using model::is_token;

bool is_target_char(char c) { return c > 0x20 && c < 0x7f; }

Reason request_line_error(std::string_view line) {
  const auto first = line.find(' ');
  const auto last = line.rfind(' ');
  if (first == std::string_view::npos || first == last) return "the request line must be method, target and version";
  if (!is_token(line.substr(0, first))) return "the method is not a token";
  const auto target = line.substr(first + 1, last - first - 1);
  if (target.empty() || !std::ranges::all_of(target, is_target_char))
    return "the target holds a space, a control byte or a byte outside ASCII";
  const auto version = line.substr(last + 1);
  if (version != "HTTP/1.1" && version != "HTTP/1.0") return "the version is not HTTP/1.1 or HTTP/1.0";
  return std::nullopt;
}

/// What the headers say about the length of the body and the host.
struct Counts {
  int content_length = 0;
  int transfer_encoding = 0;
  int host = 0;

  Reason add(std::string_view name, std::string_view value) {
    if (equals_ignoring_case(name, "content-length")) {
      if (++content_length > 1) return "Content-Length is repeated";
      if (value.empty() || value.size() > 18 || !std::ranges::all_of(value, [](char c) { return c >= '0' && c <= '9'; }))
        return "Content-Length is not a number";
    } else if (equals_ignoring_case(name, "transfer-encoding")) {
      if (++transfer_encoding > 1) return "Transfer-Encoding is repeated";
      if (!equals_ignoring_case(value, "chunked")) return "Transfer-Encoding is not chunked";
    } else if (equals_ignoring_case(name, "host")) {
      if (++host > 1) return "Host is repeated";
    }
    return std::nullopt;
  }

  [[nodiscard]] Reason verdict(bool is_old) const {
    if (content_length > 0 && transfer_encoding > 0) return "Content-Length together with Transfer-Encoding";
    if (transfer_encoding > 0 && is_old) return "Transfer-Encoding in HTTP/1.0";
    if (host == 0) return "Host is missing";
    return std::nullopt;
  }
};

}  // namespace

Reason framing_error(std::string_view head) {
  Counts counts;
  bool is_old = false;
  const auto first = [&](std::string_view line) {
    is_old = line.ends_with("HTTP/1.0");
    return request_line_error(line);
  };
  if (auto fault = model::read_head(head, first, [&](const model::HeaderLine& header) { return counts.add(header.name, header.value); }))
    return fault;
  return counts.verdict(is_old);
}

}  // namespace valetkey::http::server
