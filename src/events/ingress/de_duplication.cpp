#include "events/ingress/de_duplication.hpp"

#include <algorithm>
#include <map>

#include "model/digest.hpp"
#include "model/encoding.hpp"

namespace valetkey::events {
namespace {

constexpr model::Seconds kLeast{7 * 86'400};

std::string mark(const model::EndpointId& endpoint, std::initializer_list<std::string_view> parts) {
  return endpoint.str() + "/" + model::to_base64url(model::sha256(model::length_prefixed(parts)));
}

bool is_signed_id(const services::Message& message) {
  return std::ranges::find(message.unsigned_members, "event_id") == message.unsigned_members.end();
}

}  // namespace

std::vector<Marks> marks_of(const MarkRules& rules, const std::vector<StoredMessage>& messages, std::string_view body) {
  std::vector<Marks> out(messages.size());
  std::string digest;
  const auto body_digest = [&]() -> std::string_view {
    if (digest.empty()) digest = model::sha256(body);
    return digest;
  };
  const auto lives = std::max(kLeast, rules.skew);
  // One id for several events of a request (a header's) tells the requests apart, not the events: their order in it does.
  std::map<std::string_view, int> seen_here;
  for (std::size_t i = 0; i < messages.size(); ++i) {
    const auto& message = messages[i].message;
    auto& marks = out[i];
    marks.lives = lives;
    if (message.event_id.empty()) {
      if (!rules.window || rules.window->count() <= 0) continue;
      marks.event = mark(rules.endpoint, {"window", body_digest(), std::to_string(i)});
      marks.lives = *rules.window;
      continue;
    }
    const auto turn = std::to_string(seen_here[message.event_id]++);
    if (is_signed_id(message)) {
      marks.event = mark(rules.endpoint, {"id", message.event_id, turn});
      continue;
    }
    marks.event = mark(rules.endpoint, {"unsigned", message.event_id, body_digest(), turn});
    marks.body = mark(rules.endpoint, {"body", body_digest(), std::to_string(i)});
  }
  return out;
}

std::string replay_mark(const model::EndpointId& endpoint, std::string_view replay_id) { return mark(endpoint, {"replay", replay_id}); }

model::Seconds skew_of(const services::Service* verifier) {
  model::Seconds widest{0};
  if (verifier == nullptr || !verifier->document) return widest;
  for (const auto& alternative : verifier->document->verify)
    if (alternative.timestamp) widest = std::max(widest, alternative.timestamp->past + alternative.timestamp->future);
  return widest;
}

}  // namespace valetkey::events
