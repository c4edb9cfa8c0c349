// URLs that receive secrets (S5): one canonical text, and another parser sees the same target in it.
#include "model/url.hpp"

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "fuzz/property.hpp"
#include "model/address.hpp"

namespace {

using valetkey::fuzz::require;
namespace model = valetkey::model;

std::string part(CURLU* url, CURLUPart which, unsigned flags = 0) {
  char* text = nullptr;
  if (curl_url_get(url, which, &text, flags) != CURLUE_OK) return {};
  std::string out(text);
  curl_free(text);
  return out;
}

/// The client that dials the text reads the same host, port, path and query.
void is_read_alike_by_curl(const model::Url& url, const std::string& text) {
  const std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> theirs(curl_url(), &curl_url_cleanup);
  if (curl_url_set(theirs.get(), CURLUPART_URL, text.c_str(), CURLU_PATH_AS_IS) != CURLUE_OK) return;
  require(part(theirs.get(), CURLUPART_SCHEME) == url.scheme, "curl sees the same scheme");
  require(part(theirs.get(), CURLUPART_HOST) == url.host, "curl sees the same host");
  require(part(theirs.get(), CURLUPART_PORT, CURLU_DEFAULT_PORT) == fmt::to_string(url.port), "curl sees the same port");
  require(part(theirs.get(), CURLUPART_PATH) == url.path, "curl sees the same path");
  require(part(theirs.get(), CURLUPART_QUERY) == url.query, "curl sees the same query");
  require(part(theirs.get(), CURLUPART_USER).empty() && part(theirs.get(), CURLUPART_FRAGMENT).empty(),
          "curl sees no user and no fragment");
}

void is_canonical(const model::Url& url, const std::string& text) {
  const auto again = model::parse_url(text);
  require(again.has_value(), "a canonical text is a URL");
  require(model::to_string(*again) == text, "a canonical text is its own canonical text");
  auto same = *again;
  same.explicit_port = url.explicit_port;
  require(same == url, "a canonical text has the parts it was made of");
  require(text.starts_with(model::origin_of(url) + "/"), "a URL begins with its origin");
  require(text.find_first_of("@\\# \t\r\n", 0) >= std::min(text.find('/', 8), text.size()), "nothing foreign before the path");
  require(std::ranges::none_of(url.host, [](char c) { return c >= 'A' && c <= 'Z'; }), "a host is lower case");
}

void read_url(std::string_view text) {
  const auto url = model::parse_url(text);
  const auto endpoint = model::parse_endpoint_url(text);
  require(!endpoint || url, "an endpoint is a URL");
  if (!url) return;
  require(endpoint.has_value() == (url->scheme == "https" || model::is_loopback(*url)), "plain http is for loopback only");
  const auto canonical = model::to_string(*url);
  is_canonical(*url, canonical);
  is_read_alike_by_curl(*url, canonical);
  if (const auto address = model::parse_address(model::bare_host(*url)))
    require(model::to_string(*address) == model::bare_host(*url), "an address stands in its own spelling");
}

}  // namespace

VALETKEY_FUZZ_TARGET(read_url)
