#include "model/url.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <charconv>

#include "model/address.hpp"
#include "model/encoding.hpp"

namespace valetkey::model {
namespace {

constexpr std::size_t kMostBytes = 8192;

std::string lower(std::string_view text) {
  std::string out(text);
  for (auto& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

std::uint16_t default_port(std::string_view scheme) { return scheme == "https" ? 443 : 80; }

std::unexpected<Error> refuse(std::string_view reason) { return fail(Code::kInvalidInput, fmt::format("read a URL: {}", reason)); }

/// What is wrong with the bytes, before any parser has an opinion; empty: nothing.
std::string_view wrong_bytes(std::string_view text) {
  if (text.empty()) return "it is empty";
  if (text.size() > kMostBytes) return "it is longer than 8192 bytes";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x80) return "non-ASCII characters are not allowed, write host names in punycode and paths percent-encoded";
    if (byte < 0x20 || byte == 0x7f) return "control characters are not allowed";
    if (byte == ' ') return "spaces are not allowed";
    if (byte == '\\') return "a backslash is not allowed";
    if (byte == '#') return "a fragment is not allowed";
  }
  return {};
}

bool all_of(std::string_view text, std::string_view accepted) { return text.find_first_not_of(accepted) == std::string_view::npos; }

/// WHATWG URL calls this "ends in a number": browsers and inet_aton() read such a name as an IPv4 address.
bool is_numeric(std::string_view label) {
  constexpr std::string_view kDigits = "0123456789";
  if (all_of(label, kDigits)) return true;
  return label.starts_with("0x") && all_of(label.substr(2), "0123456789abcdef");
}

/// What is wrong with a lower-case host name or dotted quad; empty: nothing.
std::string_view wrong_name(std::string_view host) {
  if (host.empty()) return "the host is missing";
  if (host.size() > 253) return "the host is longer than 253 characters";
  if (host.find('%') != std::string_view::npos) return "percent escapes are not allowed in the host";
  if (!all_of(host, "abcdefghijklmnopqrstuvwxyz0123456789-_.")) return "the host holds characters that no host name has";
  if (host.ends_with('.')) return "the host must not end in a dot";
  for (std::size_t at = 0; at <= host.size();) {
    const auto end = std::min(host.find('.', at), host.size());
    const auto label = host.substr(at, end - at);
    if (label.empty() || label.size() > 63) return "a label of the host is empty or longer than 63 characters";
    if (label.front() == '-' || label.back() == '-') return "a label of the host starts or ends in a hyphen";
    if (end == host.size() && is_numeric(label) && !parse_address(host))
      return "a numeric host must be four decimal numbers from 0 to 255 without leading zeros";
    at = end + 1;
  }
  return {};
}

bool has_dot_segment(std::string_view path) {
  for (std::size_t at = 0; at < path.size();) {
    const auto end = std::min(path.find('/', at), path.size());
    const auto segment = percent_decode(path.substr(at, end - at));
    if (segment == "." || segment == "..") return true;
    at = end + 1;
  }
  return false;
}

Result<std::string> canonical_host(std::string_view written) {
  if (written.starts_with('[')) {
    if (written.find('%') != std::string_view::npos) return refuse("a zone id is not allowed in an IPv6 address");
    const auto address = parse_address(written.substr(1, written.size() - 2));
    if (!address || address->is_v4) return refuse("the host in brackets is not an IPv6 address");
    return fmt::format("[{}]", to_string(*address));
  }
  auto host = lower(written);
  if (const auto wrong = wrong_name(host); !wrong.empty()) return refuse(wrong);
  return host;
}

/// Decimal without leading zeros; 0 for anything that is no port.
std::uint16_t port_number(std::string_view digits) {
  std::uint16_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  const bool whole = error == std::errc{} && end == digits.data() + digits.size();
  return whole && !digits.starts_with('0') ? number : 0;
}

/// Host and port. Not by Boost.URL: version 1.81 ends a host that starts like a dotted quad behind the quad, and would read
/// `1.2.3.4.example` as the host 1.2.3.4 and the path `.example`.
Result<void> read_authority(std::string_view authority, Url& url) {
  if (authority.find('@') != std::string_view::npos) return refuse("user info before the host is not allowed");
  const auto bracket = authority.starts_with('[') ? authority.find(']') : 0;
  if (bracket == std::string_view::npos) return refuse("the bracket of the IPv6 address is not closed");
  const auto colon = std::min(authority.find(':', bracket), authority.size());
  if (bracket > 0 && colon != bracket + 1) return refuse("the host in brackets is not an IPv6 address");
  auto host = canonical_host(authority.substr(0, colon));
  if (!host) return fail(std::move(host.error()));
  url.host = std::move(*host);
  url.explicit_port = colon < authority.size();
  url.port = url.explicit_port ? port_number(authority.substr(colon + 1)) : default_port(url.scheme);
  if (url.port == 0) return refuse("the port must be a number from 1 to 65535 without leading zeros");
  return {};
}

Result<void> read_target(std::string_view text, Url& url) {
  const auto rooted = fmt::format("{}{}", text.starts_with('/') ? "" : "/", text);
  const auto target = boost::urls::parse_origin_form(rooted);
  if (!target) return refuse("the path or the query holds characters that must be percent-encoded (RFC 3986)");
  url.path = std::string_view(target->encoded_path());
  if (has_dot_segment(url.path)) return refuse("the segments . and .. are not allowed in the path");
  url.has_query = target->has_query();
  url.query = std::string_view(target->encoded_query());
  return {};
}

}  // namespace

Result<Url> parse_url(std::string_view text) {
  if (const auto wrong = wrong_bytes(text); !wrong.empty()) return refuse(wrong);
  const auto colon = text.find("://");
  if (colon == std::string_view::npos) return refuse("it must be absolute, of the form https://host/path");
  Url url{.scheme = lower(text.substr(0, colon))};
  if (url.scheme != "https" && url.scheme != "http") return refuse("the scheme must be https or http");
  const auto rest = text.substr(colon + 3);
  const auto end = std::min(rest.find_first_of("/?"), rest.size());
  if (auto read = read_authority(rest.substr(0, end), url); !read) return fail(std::move(read.error()));
  if (auto read = read_target(rest.substr(end), url); !read) return fail(std::move(read.error()));
  return url;
}

Result<Url> parse_endpoint_url(std::string_view text) {
  auto url = parse_url(text);
  if (url && url->scheme != "https" && !is_loopback(*url)) return refuse("the scheme must be https; http is for loopback only");
  return url;
}

std::string to_string(const Url& url) { return fmt::format("{}{}{}{}", origin_of(url), url.path, url.has_query ? "?" : "", url.query); }

std::string origin_of(const Url& url) {
  if (url.port == default_port(url.scheme)) return fmt::format("{}://{}", url.scheme, url.host);
  return fmt::format("{}://{}:{}", url.scheme, url.host, url.port);
}

std::string_view bare_host(const Url& url) {
  std::string_view host = url.host;
  return host.starts_with('[') ? host.substr(1, host.size() - 2) : host;
}

bool is_loopback(const Url& url) {
  if (url.host == "localhost" || url.host == "[::1]") return true;
  const auto address = parse_address(url.host);
  return address && address->is_v4 && address->bytes[0] == 127;
}

Url with_query(Url url, const Pairs& parameters) {
  for (const auto& [name, value] : parameters) {
    if (!url.query.empty() && !url.query.ends_with('&')) url.query += '&';
    url.query += percent_encode(name);
    url.query += '=';
    url.query += percent_encode(value);
    url.has_query = true;
  }
  return url;
}

}  // namespace valetkey::model
