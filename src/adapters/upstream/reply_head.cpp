#include "adapters/upstream/reply_head.hpp"

#include <algorithm>
#include <charconv>
#include <vector>

#include "model/http_head.hpp"

namespace valetkey::adapters::upstream {
namespace {

using Reason = model::HeadFault;
using model::equals_ignoring_case;
using model::for_each_element;
using model::is_digit;
using model::is_header_value;
using model::lower;

constexpr std::size_t kUsualHeaders = 16;

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

  Reason header(const model::HeaderLine& header) {
    if (is_hop_by_hop(header.name)) return framing(header.name, header.value);
    head_.headers.emplace_back(header.name, header.value);
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
  if (auto fault = model::read_head(
          head, [&](std::string_view line) { return reading.status_line(line); },
          [&](const model::HeaderLine& header) { return reading.header(header); }))
    return std::unexpected(*fault);
  return reading.finished();
}

}  // namespace valetkey::adapters::upstream
