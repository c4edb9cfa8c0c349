#include "cli/raw_request.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>
#include <optional>

#include "cli/text.hpp"
#include "model/encoding.hpp"

namespace valetkey::cli {
namespace {

namespace json = boost::json;

constexpr std::string_view kOthers = "!#$%&'*+-.^_`|~";  ///< of a token, beside letters and digits (RFC 9110 5.6.2)

bool is_token(std::string_view text) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || kOthers.find(c) != std::string_view::npos;
  };
  return !text.empty() && std::ranges::all_of(text, fits);
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

bool is_name(std::string_view text, std::string_view lower) {
  return std::ranges::equal(text, lower, [](char a, char b) { return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b; });
}

/// Takes lines off the front of a text, and counts them.
class Lines {
 public:
  explicit Lines(std::string_view text) : rest_(text) {}

  std::optional<std::string_view> next() {
    if (rest_.empty()) return std::nullopt;
    ++number_;
    const auto end = std::min(rest_.find('\n'), rest_.size());
    auto line = rest_.substr(0, end);
    rest_.remove_prefix(std::min(end + 1, rest_.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
  }
  [[nodiscard]] std::string_view rest() const { return rest_; }
  [[nodiscard]] int number() const { return number_; }

 private:
  std::string_view rest_;
  int number_ = 0;
};

bool read_request_line(std::string_view line, RawRequest& out) {
  const auto space = line.find(' ');
  if (space == std::string_view::npos) return false;
  out.method = line.substr(0, space);
  auto target = trimmed(line.substr(space + 1));
  if (const auto version = target.rfind(" HTTP/"); version != std::string_view::npos) target = trimmed(target.substr(0, version));
  out.target = target;
  return is_token(out.method) && !target.empty() && target.find(' ') == std::string_view::npos;
}

/// Content-Length tells what was sent from what an editor put behind it.
void fit_body(RawRequest& request) {
  for (const auto& [name, value] : request.headers) {
    if (!is_name(name, "content-length")) continue;
    std::size_t length = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), length);
    if (error != std::errc{} || end != value.data() + value.size() || length == request.body.size()) return;
    const bool has_line_end_only = length < request.body.size() && request.body.find_first_not_of("\r\n", length) == std::string::npos;
    if (has_line_end_only) request.body.resize(length);
    else
      request.warning =
          fmt::format("Content-Length says {}, the body has {} bytes: was it changed on the way?", length, request.body.size());
    return;
  }
}

}  // namespace

Outcome<RawRequest> parse_raw_request(std::string_view text, const std::string& name) {
  Lines lines(text);
  RawRequest out;
  auto line = lines.next();
  while (line && line->empty()) line = lines.next();
  if (!line)
    return fail(kUsage, fmt::format("{}: there is no request", name),
                "an HTTP request as text: POST /path, headers, an empty line, the body");
  if (!read_request_line(*line, out))
    return fail(kUsage, fmt::format("{}:{}: it must be a request line, for example POST /webhook HTTP/1.1", name, lines.number()));
  for (line = lines.next(); line && !line->empty(); line = lines.next()) {
    const auto colon = line->find(':');
    if (colon == std::string_view::npos || !is_token(line->substr(0, colon)))
      return fail(kUsage,
                  fmt::format("{}:{}: it must be a header, 'Name: value', or the empty line before the body", name, lines.number()));
    out.headers.emplace_back(line->substr(0, colon), trimmed(line->substr(colon + 1)));
    if (is_name(out.headers.back().first, "transfer-encoding"))
      return fail(kUsage, fmt::format("{}:{}: the body must stand there whole, not in chunks", name, lines.number()));
  }
  out.body = lines.rest();
  fit_body(out);
  return out;
}

json::object request_member(const RawRequest& request) {
  json::array headers;
  for (const auto& [name, value] : request.headers) headers.push_back(json::array{name, model::as_utf8(value)});
  return {{"method", request.method},
          {"url", request.target},
          {"headers", std::move(headers)},
          {"body_base64", model::to_base64(request.body)}};
}

}  // namespace valetkey::cli
