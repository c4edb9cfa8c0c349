#include "http/server/framing.hpp"

#include <algorithm>

#include "http/text.hpp"

namespace valetkey::http::server {
namespace {

using Reason = std::optional<std::string_view>;

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

Reason header_error(std::string_view line, Counts& counts) {
  if (line.front() == ' ' || line.front() == '\t') return "a header is folded over two lines";
  const auto colon = line.find(':');
  if (colon == std::string_view::npos) return "a header has no colon";
  const auto name = line.substr(0, colon);
  if (!is_token(name)) return "a header name is not a token, or has a space before the colon";
  const auto value = line.substr(colon + 1);
  if (!is_header_value(value)) return "a header value holds a control byte";
  return counts.add(name, trimmed(value));
}

}  // namespace

std::size_t head_size(std::string_view bytes, std::size_t searched) {
  const auto end = bytes.find("\r\n\r\n", searched < 3 ? 0 : searched - 3);
  return end == std::string_view::npos ? 0 : end + 4;
}

bool has_bare_line_feed(std::string_view bytes, std::size_t searched) {
  for (auto at = bytes.find('\n', searched); at != std::string_view::npos; at = bytes.find('\n', at + 1))
    if (at == 0 || bytes[at - 1] != '\r') return true;
  return false;
}

Reason framing_error(std::string_view head) {
  Counts counts;
  bool is_old = false;
  for (bool is_first = true; !head.empty(); is_first = false) {
    const auto end = head.find('\r');
    if (end == std::string_view::npos || end + 1 >= head.size() || head[end + 1] != '\n') return "a line does not end with CRLF";
    const auto line = head.substr(0, end);
    head.remove_prefix(end + 2);
    if (line.empty()) {
      if (is_first || !head.empty()) return "an empty line inside the head";
      return counts.verdict(is_old);
    }
    // A bare LF is a control byte of the line that holds it.
    if (auto reason = is_first ? request_line_error(line) : header_error(line, counts)) return reason;
    if (is_first) is_old = line.ends_with("HTTP/1.0");
  }
  return "the head has no end";
}

}  // namespace valetkey::http::server
