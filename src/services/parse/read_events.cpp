#include "services/parse/read_events.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "services/challenge.hpp"
#include "services/expressions/json_path.hpp"
#include "services/parse/decoded_request.hpp"
#include "services/parse/message.hpp"

namespace valetkey::services {
namespace {

namespace json = boost::json;
using model::Code;
using model::fail;

/// Of all expressions on all events of one request; ordinary ones need a hundredth.
constexpr std::size_t kMostEvaluatedBytes = 32 << 20;

/// The items of the body, each one event; null for an event without a body.
model::Result<std::vector<const json::value*>> items_of(const ParseRule& rule, const Facts& facts) {
  const json::value* list = nullptr;
  if (rule.lists && facts.body != nullptr && facts.body->is_array()) list = facts.body;
  if (!rule.split.empty()) {
    list = facts.body == nullptr ? nullptr : value_at(*facts.body, rule.split);
    if (list == nullptr || !list->is_array()) return fail(Code::kInvalidInput, fmt::format("split the body: no list at {}", rule.split));
  }
  if (list == nullptr) return std::vector{facts.item};
  if (list->as_array().size() > kMostEvents)
    return fail(Code::kPayloadTooLarge, fmt::format("split the body: more than {} events", kMostEvents));
  std::vector<const json::value*> out;
  for (const auto& item : list->as_array()) out.push_back(&item);
  return out;
}

/// Of events of one type, the reply of the type; else the one of all.
const ReplyRule& reply_rule(const Acknowledgement& rule, const std::vector<std::string>& types) {
  const auto is_one_type = !types.empty() && std::ranges::all_of(types, [&](const std::string& type) { return type == types.front(); });
  const auto found = is_one_type ? std::ranges::find(rule.by_type, types.front(), &TypedReply::type) : rule.by_type.end();
  return found == rule.by_type.end() ? rule.reply : found->reply;
}

/// A reply that cannot be made must not make an event unread: the application has told it, and is thanked without words.
Reply acknowledgement(const ServiceDocument& document, const Facts& facts, const std::vector<std::string>& types) {
  if (!document.acknowledge) return {};
  auto reply = reply_of(reply_rule(*document.acknowledge, types), facts);
  return reply ? std::move(*reply) : Reply{};
}

bool any(const std::vector<Check>& checks, const Facts& facts) {
  return std::ranges::any_of(checks, [&](const Check& check) { return holds(check, facts); });
}

}  // namespace

model::Result<Parsed> read_events(const ServiceDocument& document, const Incoming& request, const EndpointValues& values,
                                  const Verdict& verdict) {
  if (!document.parse || !document.event) return fail(Code::kInvalidInput, "read events: the service reads none");
  if (request.body.size() > kMostBodyBytes)
    return fail(Code::kPayloadTooLarge, fmt::format("read events: the body has more than {} bytes", kMostBodyBytes));
  const auto& rule = *document.event;
  DecodedRequest decoded(request, values, &*document.parse);
  if (decoded.fault()) return fail(model::in_context(*decoded.fault(), "read events"));
  auto facts = decoded.facts();
  facts.claims = &verdict.claims;
  auto budget = kMostEvaluatedBytes;
  facts.budget = &budget;
  if (document.parse->format == BodyFormat::kJwtBody) facts.body = facts.item = &verdict.claims;
  const auto items = items_of(*document.parse, facts);
  if (!items) return fail(items.error());

  Parsed out{.messages = {}, .acknowledgement = {}, .window = rule.window};
  std::vector<std::string> types;
  const MessageRule members{.type = rule.type,
                            .id = rule.id,
                            .app_user_id = rule.app_user_id,
                            .payload = rule.payload,
                            .occurred_at = rule.occurred_at ? &*rule.occurred_at : nullptr};
  for (const auto* item : *items) {
    facts.item = item;
    types.push_back(type_of(rule.type, facts));
    if (any(rule.skip_when, facts)) continue;
    auto message = message_of(members, facts, verdict);
    message.valid_request = std::ranges::all_of(rule.valid_when, [&](const Check& check) { return holds(check, facts); });
    out.messages.push_back(std::move(message));
  }
  if (budget == 0) return fail(Code::kPayloadTooLarge, "read events: the expressions make more than 32 MiB of values");
  out.acknowledgement = acknowledgement(document, decoded.facts(), types);
  return out;
}

}  // namespace valetkey::services
