#include "services/script/script_reply.hpp"

#include <algorithm>
#include <array>
#include <boost/json.hpp>

namespace valetkey::services {
namespace {

constexpr std::array<std::string_view, 4> kTypes{"text/plain", "application/json", "application/xml", "text/xml"};
constexpr std::size_t kMostBody = 64 << 10;
constexpr std::string_view kToken = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";  // RFC 9110 5.6.2

/// Those that frame the message, or say what the broker says on every answer (S13).
bool is_ours(std::string_view lower) {
  constexpr std::array<std::string_view, 8> kOurs{"content-length", "content-type", "transfer-encoding",       "connection",
                                                  "set-cookie",     "location",     "content-security-policy", "x-content-type-options"};
  return std::ranges::find(kOurs, lower) != kOurs.end();
}

void read_headers(model::JsonReader& reader, Reply& reply) {
  for (auto& [name, value] : reader.optional_pairs("headers", 16).value_or(model::Pairs{})) {
    std::string lower(name);
    std::ranges::transform(lower, lower.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    const bool is_plain = std::ranges::all_of(value, [](char c) { return c >= ' ' && c < 0x7f; });
    if (name.empty() || name.find_first_not_of(kToken) != std::string::npos || !is_plain || is_ours(lower))
      reader.error("headers", "holds one that may not be set: " + model::clipped(name));
    reply.headers.emplace_back(std::move(lower), std::move(value));
  }
}

}  // namespace

std::optional<Reply> reply_member(model::JsonReader& reader, std::string_view name) {
  auto member = reader.optional_object(name);
  if (!member) return std::nullopt;
  Reply reply{.status = static_cast<int>(member->optional_integer("status", 200, 599).value_or(200))};
  if (reply.status >= 300 && reply.status < 400) member->error("status", "must be no redirect");
  read_headers(*member, reply);
  const auto* document = member->raw("json");
  reply.body = member->string_or("body", "", {.most = kMostBody});
  reply.content_type = member->string_or("contentType", "");
  if (document != nullptr) {
    if (member->has("body") || member->has("contentType")) member->error("json", "stands alone: without body and contentType");
    reply.body = boost::json::serialize(*document);
    reply.content_type = "application/json";
    if (reply.body.size() > kMostBody) member->error("json", "must be at most 64 KiB");
  }
  if (reply.content_type.empty() && !reply.body.empty()) reply.content_type = "text/plain";
  if (!reply.content_type.empty() && std::ranges::find(kTypes, reply.content_type) == kTypes.end())
    member->error("contentType", "must be text/plain, application/json, application/xml or text/xml");
  member->finish();
  return reply;
}

}  // namespace valetkey::services
