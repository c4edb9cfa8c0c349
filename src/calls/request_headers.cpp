#include "calls/request_headers.hpp"

#include <algorithm>

#include "calls/name_list.hpp"
#include "model/http_text.hpp"

namespace valetkey::calls {
namespace {

/// Sorted.
constexpr std::string_view kDropped[] = {"authorization",
                                         "connection",
                                         "content-length",
                                         "cookie",
                                         "cookie2",
                                         "expect",
                                         "forwarded",
                                         "host",
                                         "http2-settings",
                                         "keep-alive",
                                         "te",
                                         "trailer",
                                         "trailers",
                                         "transfer-encoding",
                                         "upgrade",
                                         "via",
                                         "x-original-url",
                                         "x-real-ip",
                                         "x-rewrite-url"};
static_assert(std::ranges::is_sorted(kDropped));

constexpr std::string_view kDroppedPrefixes[] = {"proxy-", "valetkey-", "x-forwarded-"};

constexpr NameList kLost{kDropped, kDroppedPrefixes};

struct Seen {
  std::vector<std::string> named;  ///< by Connection
  bool wants_upgrade = false;
};

Seen seen_in(const ports::Headers& headers) {
  Seen seen;
  for (const auto& [name, value] : headers) {
    if (name == "connection")
      model::for_each_element(value, [&](std::string_view element) { seen.named.push_back(model::lowered(element)); });
    if (name == "upgrade")
      model::for_each_element(value, [&](std::string_view element) { seen.wants_upgrade |= model::lowered(element) != "h2c"; });
  }
  return seen;
}

bool goes_on(std::string_view name, const Seen& seen, const Api& api) {
  if (kLost.holds(name) || std::ranges::find(seen.named, name) != seen.named.end()) return false;
  if (api.reads_bodies && name == "accept-encoding") return false;
  return std::ranges::find(api.headers, name, &FixedHeader::name) == api.headers.end();
}

bool goes_on_as_any_server_reads_it(const std::string& name, const Seen& seen, const Api& api) {
  if (!name.contains('_')) return goes_on(name, seen, api);
  auto hyphenated = name;
  std::ranges::replace(hyphenated, '_', '-');
  return goes_on(name, seen, api) && goes_on(hyphenated, seen, api);
}

}  // namespace

model::Result<ports::Headers> request_headers(const ports::Headers& sent, const Api& api, std::string_view token) {
  const auto seen = seen_in(sent);
  if (seen.wants_upgrade)
    return model::fail(model::Code::kNotSupported, "call the API: a connection is not upgraded to another protocol (WebSocket)");
  if (std::ranges::any_of(token, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }))
    return model::fail(model::Code::kProviderRejected, "call the API: the access token holds control bytes");
  ports::Headers out;
  out.reserve(sent.size() + api.headers.size() + 1);
  for (const auto& header : sent)
    if (goes_on_as_any_server_reads_it(header.first, seen, api)) out.push_back(header);
  for (const auto& header : api.headers) out.emplace_back(header.name, header.value.with(token));
  if (api.reads_bodies) out.emplace_back("accept-encoding", "identity");
  return out;
}

}  // namespace valetkey::calls
