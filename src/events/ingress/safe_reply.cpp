#include "events/ingress/safe_reply.hpp"

#include <algorithm>
#include <array>

#include "model/http_text.hpp"

namespace valetkey::events {
namespace {

constexpr std::array<std::string_view, 5> kTypes{"text/plain", "application/json", "application/xml", "text/xml", "application/soap+xml"};

bool starts_with(std::string_view name, std::string_view prefix) {
  return model::equals_ignoring_case(name.substr(0, prefix.size()), prefix);
}

constexpr std::array<std::string_view, 3> kHeaders{"x-", "webhook-", "retry-after"};
constexpr std::array<std::string_view, 6> kActing{"x-frame-", "x-accel-", "x-sendfile", "x-dns-", "x-request-id", "x-content-type-"};

/// What an application may find in a reply: names of its own (X-Hook-Secret), never those that browsers, proxies or we act on.
bool is_safe_header(const std::pair<std::string, std::string>& header) {
  const auto& [name, value] = header;
  const auto is_one_of = [&](const auto& prefixes) {
    return std::ranges::any_of(prefixes, [&](auto prefix) { return starts_with(name, prefix); });
  };
  return is_one_of(kHeaders) && !is_one_of(kActing) && std::ranges::none_of(value, model::is_control);
}

bool is_token(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

}  // namespace

bool is_safe_content_type(std::string_view content_type) {
  const auto type = model::trimmed(content_type.substr(0, content_type.find(';')));
  return std::ranges::any_of(kTypes, [&](auto known) { return model::equals_ignoring_case(type, known); }) &&
         std::ranges::none_of(content_type, model::is_control);
}

services::Reply made_safe(services::Reply reply) {
  if (reply.status < 200 || reply.status > 599) reply.status = 200;
  std::erase_if(reply.headers, [](const auto& header) { return !is_token(header.first) || !is_safe_header(header); });
  if (!is_safe_content_type(reply.content_type)) {
    reply.content_type.clear();
    reply.body.clear();
  }
  return reply;
}

}  // namespace valetkey::events
