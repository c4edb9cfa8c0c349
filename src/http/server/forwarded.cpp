#include "http/server/forwarded.hpp"

#include <algorithm>

#include "model/http_text.hpp"

namespace valetkey::http::server {

using model::equals_ignoring_case;
using model::trimmed;

namespace {

constexpr std::size_t kLongestRequestId = 64;

bool is_request_id(std::string_view text) {
  return !text.empty() && text.size() <= kLongestRequestId && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
  });
}

/// The elements of all headers of this name, as one list.
std::vector<std::string_view> elements(const Request& request, std::string_view name) {
  std::vector<std::string_view> found;
  for (const auto& [key, value] : request.headers) {
    if (key != name) continue;
    for (std::string_view rest = value;;) {
      const auto comma = rest.find(',');
      found.push_back(trimmed(rest.substr(0, comma)));
      if (comma == std::string_view::npos) break;
      rest.remove_prefix(comma + 1);
    }
  }
  return found;
}

}  // namespace

Forwarded::Forwarded(const std::vector<std::string>& trusted_proxies) {
  for (const auto& text : trusted_proxies)
    if (const auto network = model::parse_network(text)) trusted_.push_back(*network);
}

bool Forwarded::trusts(std::string_view text) const {
  const auto address = model::parse_address(text);
  return address && std::ranges::any_of(trusted_, [&](const auto& network) { return network.contains(model::unmapped(*address)); });
}

void Forwarded::believe(Request& request) const {
  // From the right: each proxy appended whom it saw, so the first one that is no proxy of ours is the client. What stands left of
  // it is hearsay.
  const auto chain = elements(request, "x-forwarded-for");
  for (auto hop = chain.rbegin(); hop != chain.rend(); ++hop) {
    const auto address = model::parse_address(*hop);
    if (!address) break;
    request.peer = model::to_string(model::unmapped(*address));
    if (!trusts(*hop)) break;
  }
  if (const auto schemes = elements(request, "x-forwarded-proto"); !schemes.empty())
    request.is_tls = equals_ignoring_case(schemes.back(), "https");
  if (const auto id = request.header("x-request-id"); id && is_request_id(*id)) request.request_id = *id;
}

void Forwarded::apply(Request& request) const {
  if (!trusted_.empty() && trusts(request.peer)) believe(request);
  std::erase_if(request.headers,
                [](const auto& header) { return header.first.starts_with("x-forwarded-") || header.first == "forwarded"; });
}

}  // namespace valetkey::http::server
