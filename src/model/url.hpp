#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "model/error.hpp"
#include "model/form.hpp"

namespace valetkey::model {

/// An absolute http or https URL in canonical parts (S5): parsed once, and only `to_string` of it is dialled.
struct Url {
  std::string scheme;          ///< http or https
  std::string host;            ///< lower case; a dotted quad; IPv6 compressed (RFC 5952) in brackets
  std::uint16_t port = 0;      ///< the effective one
  bool explicit_port = false;  ///< the text named it
  std::string path;            ///< as written, never empty, starts with `/`, without dot segments
  std::string query;           ///< as written, without `?`
  bool has_query = false;

  friend bool operator==(const Url&, const Url&) = default;
};

/// kInvalidInput, with the reason, for everything that two parsers might read differently (S5): user info, backslash, zone id,
/// non-ASCII, spaces and control bytes, fragment, empty host, trailing dot, numeric hosts other than four decimal octets,
/// port 0, dot segments, other schemes.
Result<Url> parse_url(std::string_view text);

/// `parse_url`, and https unless the host is loopback: what may receive a secret.
Result<Url> parse_endpoint_url(std::string_view text);

/// Canonical: the default port is left out.
std::string to_string(const Url& url);

/// scheme://host[:port] (RFC 6454), the default port left out.
std::string origin_of(const Url& url);

/// Host without the brackets of an IPv6 address: what is resolved.
std::string_view bare_host(const Url& url);

/// 127.0.0.0/8, ::1 or localhost, by name only.
bool is_loopback(const Url& url);

/// Appends percent-encoded parameters behind an existing query.
Url with_query(Url url, const Pairs& parameters);

}  // namespace valetkey::model
