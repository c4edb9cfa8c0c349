#include "services/parse/message.hpp"

#include <algorithm>
#include <boost/json.hpp>

#include "model/digest.hpp"
#include "services/expressions/json_path.hpp"

namespace valetkey::services {
namespace {

constexpr std::size_t kMostTypeBytes = 256;
constexpr std::size_t kMostIdBytes = 512;

/// Whether the signature says nothing of something that the value was read from (S25, S32).
bool is_unsigned(const Expr& expression, const Facts& facts, const Verdict& verdict) {
  constexpr std::string_view kHeader = "header:";
  return std::ranges::any_of(sources_of(expression, facts), [&](std::string_view source) {
    if (source == "body") return !verdict.covers_body;
    if (!source.starts_with(kHeader)) return !verdict.signs_query;
    return std::ranges::find(verdict.signed_headers, source.substr(kHeader.size())) == verdict.signed_headers.end();
  });
}

std::vector<std::string> unsigned_members(const MessageRule& rule, const Facts& facts, const Verdict& verdict, bool has_payload) {
  std::vector<std::string> out;
  if (is_unsigned(rule.type, facts, verdict)) out.emplace_back("event_type");
  if (is_unsigned(rule.id, facts, verdict)) out.emplace_back("event_id");
  if (is_unsigned(rule.app_user_id, facts, verdict)) out.emplace_back("app_user_id");
  if (rule.occurred_at != nullptr && is_unsigned(rule.occurred_at->value, facts, verdict)) out.emplace_back("occurred_at");
  if (has_payload && !verdict.covers_body) out.emplace_back("event_payload");
  return out;
}

boost::json::value payload_of(std::string_view path, const Facts& facts) {
  const auto* item = facts.item != nullptr ? facts.item : facts.body;
  const auto* value = item == nullptr ? nullptr : value_at(*item, path);
  return value == nullptr ? boost::json::value(nullptr) : *value;
}

std::vector<std::string> users_of(const Expr& expression, const Facts& facts) {
  auto out = texts_of(expression, facts);
  std::erase_if(out, [](const std::string& user) { return user.size() > kMostIdBytes; });
  return out;
}

}  // namespace

std::string type_of(const Expr& type, const Facts& facts) {
  auto text = text_of(type, facts).value_or("");
  return text.empty() || text.size() > kMostTypeBytes ? std::string(kUnknownType) : text;
}

Message message_of(const MessageRule& rule, const Facts& facts, const Verdict& verdict) {
  Message out;
  out.event_type = type_of(rule.type, facts);
  out.event_id = text_of(rule.id, facts).value_or("");
  if (out.event_id.size() > kMostIdBytes) out.event_id = model::sha256_hex(out.event_id);
  out.app_user_ids = users_of(rule.app_user_id, facts);
  out.event_payload = payload_of(rule.payload, facts);
  if (rule.occurred_at != nullptr)
    if (const auto text = text_of(rule.occurred_at->value, facts)) out.occurred_at = time_of(*text, rule.occurred_at->unit);
  out.unsigned_members = unsigned_members(rule, facts, verdict, !out.event_payload.is_null());
  return out;
}

}  // namespace valetkey::services
