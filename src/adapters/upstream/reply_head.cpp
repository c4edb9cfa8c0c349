#include "adapters/upstream/reply_head.hpp"

#include <algorithm>
#include <charconv>
#include <vector>

#include "adapters/upstream/text.hpp"

namespace valetkey::adapters::upstream {
namespace {

using Reason = std::optional<std::string_view>;

constexpr std::size_t kUsualHeaders = 16;

template <class Act>
void for_each_element(std::string_view list, Act act) {
  for (;;) {
    const auto comma = list.find(',');
    act(trimmed(list.substr(0, comma)));
    if (comma == std::string_view::npos) return;
    list.remove_prefix(comma + 1);
  }
}

/// Hop-by-hop whatever Connection says (RFC 9110 7.6.1), and what framing makes anew.
bool is_hop_by_hop(std::string_view name) {
  switch (lower(name.front())) {
    case 'c': return equals_ignoring_case(name, "connection") || equals_ignoring_case(name, "content-length");
    case 'k': return equals_ignoring_case(name, "keep-alive");
    case 'p': return name.size() > 6 && equals_ignoring_case(name.substr(0, 6), "proxy-");
    case 't':
      return equals_ignoring_case(name, "te") || equals_ignoring_case(name, "trailer") || equals_ignoring_case(name, "transfer-encoding");
    case 'u': return equals_ignoring_case(name, "upgrade");
    default: return false;
  }
}

class Reading {
 public:
  Reason status_line(std::string_view line) {
    if (!line.starts_with("HTTP/1.1 ") && !line.starts_with("HTTP/1.0 ")) return "the version is not HTTP/1.1 or HTTP/1.0";
    is_old_ = line[7] == '0';
    const auto rest = line.substr(9);
    if (rest.size() < 3 || !std::ranges::all_of(rest.substr(0, 3), is_digit) || rest[0] < '1' || rest[0] > '5')
      return "the status is not a number from 100 to 599";
    if (rest.size() > 3 && rest[3] != ' ') return "the status is not followed by a space";
    if (!is_header_value(rest)) return "the status line holds a control byte";
    head_.status = (rest[0] - '0') * 100 + (rest[1] - '0') * 10 + (rest[2] - '0');
    head_.headers.reserve(kUsualHeaders);
    return std::nullopt;
  }

  Reason header(std::string_view line) {
    if (line.front() == ' ' || line.front() == '\t') return "a header is folded over two lines";
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) return "a header has no colon";
    const auto name = line.substr(0, colon);
    if (!is_token(name)) return "a header name is not a token, or has a space before the colon";
    const auto value = trimmed(line.substr(colon + 1));
    if (!is_header_value(value)) return "a header value holds a control byte";
    if (is_hop_by_hop(name)) return framing(name, value);
    head_.headers.emplace_back(name, value);
    return std::nullopt;
  }

  std::expected<ReplyHead, std::string_view> finished() {
    if (head_.is_chunked && head_.length) return std::unexpected("Content-Length together with Transfer-Encoding");
    if (head_.is_chunked && is_old_) return std::unexpected("Transfer-Encoding in HTTP/1.0");
    head_.keeps_alive = !says_close_ && (!is_old_ || says_keep_alive_);
    if (!named_.empty())
      std::erase_if(head_.headers, [this](const auto& header) {
        return std::ranges::any_of(named_, [&](std::string_view name) { return equals_ignoring_case(name, header.first); });
      });
    return std::move(head_);
  }

 private:
  Reason framing(std::string_view name, std::string_view value) {
    if (equals_ignoring_case(name, "content-length")) return content_length(value);
    if (equals_ignoring_case(name, "transfer-encoding")) {
      if (head_.is_chunked) return "Transfer-Encoding is repeated";
      if (!equals_ignoring_case(value, "chunked")) return "Transfer-Encoding is not chunked";
      head_.is_chunked = true;
    } else if (equals_ignoring_case(name, "connection")) {
      for_each_element(value, [this](std::string_view option) { connection_option(option); });
    } else if (equals_ignoring_case(name, "keep-alive")) {
      for_each_element(value, [this](std::string_view parameter) { keep_alive(parameter); });
    }
    return std::nullopt;
  }

  Reason content_length(std::string_view value) {
    if (head_.length) return "Content-Length is repeated";
    if (value.empty() || value.size() > 18 || !std::ranges::all_of(value, is_digit)) return "Content-Length is not a number";
    std::uint64_t length = 0;
    std::from_chars(value.data(), value.data() + value.size(), length);
    head_.length = length;
    return std::nullopt;
  }

  void connection_option(std::string_view option) {
    if (equals_ignoring_case(option, "close")) says_close_ = true;
    else if (equals_ignoring_case(option, "keep-alive")) says_keep_alive_ = true;
    else if (!option.empty()) named_.push_back(option);
  }

  void keep_alive(std::string_view parameter) {
    constexpr std::string_view kTimeout = "timeout=";
    if (!equals_ignoring_case(parameter.substr(0, kTimeout.size()), kTimeout)) return;
    const auto number = parameter.substr(kTimeout.size());
    unsigned seconds = 0;
    if (std::from_chars(number.data(), number.data() + number.size(), seconds).ec == std::errc{}) head_.keep_for = model::Seconds{seconds};
  }

  ReplyHead head_;
  std::vector<std::string_view> named_;
  bool is_old_ = false;
  bool says_close_ = false;
  bool says_keep_alive_ = false;
};

}  // namespace

std::expected<ReplyHead, std::string_view> parse_reply_head(std::string_view head) {
  Reading reading;
  for (bool is_first = true; !head.empty(); is_first = false) {
    const auto end = head.find('\r');
    if (end == std::string_view::npos || end + 1 >= head.size() || head[end + 1] != '\n')
      return std::unexpected("a line does not end with CRLF");
    const auto line = head.substr(0, end);
    head.remove_prefix(end + 2);
    if (line.empty()) {
      if (is_first || !head.empty()) return std::unexpected("an empty line inside the head");
      return reading.finished();
    }
    // A bare LF is a control byte of the line that holds it.
    if (auto reason = is_first ? reading.status_line(line) : reading.header(line)) return std::unexpected(*reason);
  }
  return std::unexpected("the head has no end");
}

std::size_t head_size(std::string_view bytes, std::size_t searched) {
  const auto end = bytes.find("\r\n\r\n", searched < 3 ? 0 : searched - 3);
  return end == std::string_view::npos ? 0 : end + 4;
}

bool has_bare_line_feed(std::string_view bytes, std::size_t searched) {
  for (auto at = bytes.find('\n', searched); at != std::string_view::npos; at = bytes.find('\n', at + 1))
    if (at == 0 || bytes[at - 1] != '\r') return true;
  return false;
}

}  // namespace valetkey::adapters::upstream
