#include "services/challenge.hpp"

#include <algorithm>

#include "model/url.hpp"
#include "services/host_pattern.hpp"
#include "services/parse/decoded_request.hpp"

namespace valetkey::services {
namespace {

constexpr std::size_t kMostSecretBytes = 1024;

Verdict rejected(std::string reason, std::string why) {
  return {.outcome = Outcome::kRejected, .reason = std::move(reason), .steps = {{"challenge", std::move(why), false}}};
}

bool is_printable(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~'; });
}

/// S31: only while the operator lets it, and the first value wins.
std::optional<Verdict> store(const Challenge& challenge, const Facts& facts, Verdict& into) {
  const auto value = text_of(challenge.store_value, facts).value_or("");
  if (value.empty() || value.size() > kMostSecretBytes || !is_printable(value))
    return rejected("handshake_value_unfit", "the secret is missing, or no printable text of at most 1024 bytes");
  if (!facts.values->accepts_handshake) return rejected("handshake_closed", "the endpoint takes no secret now");
  const auto known = facts.values->secrets.find(challenge.store_secret);
  if (known != facts.values->secrets.end() && !known->second.empty())
    return rejected("handshake_done", "the secret has a value, which is kept");
  into.store_secret = challenge.store_secret;
  into.store_value = model::Secret(value);
  return std::nullopt;
}

/// S30: a pinned host, https; a verified sender does not choose where the broker goes.
std::optional<Verdict> fetch(const Challenge& challenge, const Facts& facts, Verdict& into) {
  const auto url = model::parse_url(text_of(challenge.fetch_url, facts).value_or(""));
  if (!url) return rejected("fetch_url_refused", "the URL to fetch: " + url.error().detail);
  if (!is_pinned(url->host, challenge.fetch_hosts)) return rejected("fetch_url_refused", "the URL to fetch has a host that is not pinned");
  if (!model::is_loopback(*url) && (url->scheme != "https" || url->explicit_port))
    return rejected("fetch_url_refused", "the URL to fetch is not https, or names a port");
  into.fetch_url = model::to_string(*url);
  return std::nullopt;
}

/// Whether what is outside the body allows it: before verification most requests are told from a challenge without a look inside.
bool may_hold(const std::vector<Condition>& when, const Facts& outside) {
  return std::ranges::all_of(when, [&](const Condition& condition) {
    return condition.of == Condition::Of::kBody || condition.of == Condition::Of::kForm || holds(condition, outside);
  });
}

Verdict answer(const Challenge& challenge, const Facts& facts, const Verdict* so_far) {
  if (!std::ranges::all_of(challenge.check, [&](const Check& check) { return holds(check, facts); }))
    return rejected("challenge_check_failed", "a value of the challenge is not what the endpoint has");
  Verdict out = so_far == nullptr ? Verdict{} : *so_far;
  out.outcome = Outcome::kChallenge;
  if (!challenge.store_secret.empty())
    if (auto refused = store(challenge, facts, out)) return std::move(*refused);
  if (challenge.fetch_url)
    if (auto refused = fetch(challenge, facts, out)) return std::move(*refused);
  auto reply = reply_of(challenge.reply, facts);
  if (!reply) return rejected("challenge_value_refused", std::move(reply.error().detail));
  out.reply = std::move(*reply);
  out.steps.push_back({"challenge", "answered", true});
  return out;
}

}  // namespace

std::optional<Verdict> answer_challenge(const ServiceDocument& document, const Incoming& request, const EndpointValues& values,
                                        bool is_signed_stage, const Verdict* so_far) {
  DecodedRequest decoded(request, values, document.parse ? &*document.parse : nullptr);
  const Facts outside{.request = &request, .values = &values, .query = decoded.query()};
  for (const auto& challenge : document.challenges) {
    if (challenge.is_signed != is_signed_stage || !may_hold(challenge.when, outside)) continue;
    auto facts = decoded.facts();
    if (so_far != nullptr) facts.claims = &so_far->claims;
    if (hold(challenge.when, facts)) return answer(challenge, facts, so_far);
  }
  return std::nullopt;
}

}  // namespace valetkey::services
