#include "model/http_head.hpp"

namespace valetkey::model {

std::size_t head_size(std::string_view bytes, std::size_t searched) {
  const auto end = bytes.find("\r\n\r\n", searched < 3 ? 0 : searched - 3);
  return end == std::string_view::npos ? 0 : end + 4;
}

bool has_bare_line_feed(std::string_view bytes, std::size_t searched) {
  for (auto at = bytes.find('\n', searched); at != std::string_view::npos; at = bytes.find('\n', at + 1))
    if (at == 0 || bytes[at - 1] != '\r') return true;
  return false;
}

HeadFault read_header(std::string_view line, HeaderLine& header) {
  if (line.front() == ' ' || line.front() == '\t') return "a header is folded over two lines";
  const auto colon = line.find(':');
  if (colon == std::string_view::npos) return "a header has no colon";
  header = {line.substr(0, colon), trimmed(line.substr(colon + 1))};
  if (!is_token(header.name)) return "a header name is not a token, or has a space before the colon";
  if (!is_header_value(header.value)) return "a header value holds a control byte";
  return std::nullopt;
}

}  // namespace valetkey::model
