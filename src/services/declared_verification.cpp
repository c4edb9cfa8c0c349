#include "services/declared_verification.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "services/challenge.hpp"
#include "services/verify/examination.hpp"

namespace valetkey::services {
namespace {

constexpr std::string_view kRetryAfterSeconds = "30";
constexpr std::size_t kMostFetched = 256 << 10;
constexpr model::Milliseconds kFetchWithin{10'000};

const ParseRule* rule_of(const ServiceDocument& document) { return document.parse ? &*document.parse : nullptr; }

bool has_challenges(const ServiceDocument& document, bool is_signed) {
  return std::ranges::any_of(document.challenges, [&](const Challenge& challenge) { return challenge.is_signed == is_signed; });
}

/// The first whose conditions hold decides; null: none.
const Alternative* chosen(const ServiceDocument& document, verify::RequestView& view) {
  for (const auto& one : document.verify)
    if (one.when.empty() || hold(one.when, view.facts_for(one.when))) return &one;
  return nullptr;
}

verify::Finding<std::optional<verify::KeyRequest>> wanted_key(verify::Examination& examination) {
  if (auto prepared = examination.prepare(); !prepared) return std::unexpected(prepared.error());
  return examination.key_request();
}

/// A rejection is answered as the document says.
Verdict with_reply(Verdict verdict, const ServiceDocument& document) {
  if (verdict.outcome == Outcome::kRejected && !verdict.reply) verdict.reply = rejected("", document.refusal_status, {}).reply;
  return verdict;
}

}  // namespace

Verdict rejected(std::string reason, int status, std::vector<Step> steps, bool is_retryable) {
  Reply reply{.status = is_retryable ? 503 : status, .headers = {}, .body = {}, .content_type = {}};
  if (is_retryable) reply.headers.emplace_back("retry-after", kRetryAfterSeconds);
  return {.outcome = Outcome::kRejected, .reason = std::move(reason), .reply = std::move(reply), .steps = std::move(steps)};
}

ports::Task<Verdict> DeclaredVerification::verify(const ServiceDocument& document, const Incoming& request, const EndpointValues& values,
                                                  model::TenantId tenant, Run run) {
  if (has_challenges(document, false))
    if (auto answered = answer_challenge(document, request, values, false)) co_return with_reply(std::move(*answered), document);
  verify::RequestView view(request, values, rule_of(document));
  verify::Trace trace(run == Run::kDry);
  const auto refused = [&](verify::Reason reason, bool is_retryable = false) {
    return rejected(std::string(reason), document.refusal_status, trace.take(), is_retryable);
  };
  const auto* alternative = chosen(document, view);
  if (alternative == nullptr)
    co_return refused(trace.rejected("no_alternative", "scheme", "no way to verify applies to this request").error());
  if (!alternative->name.empty()) trace.found("scheme", [&] { return alternative->name; });

  verify::Examination examination(document, *alternative, view, trace);
  auto wanted = wanted_key(examination);
  if (!wanted) co_return refused(wanted.error());
  verify::KeySetPtr keys;
  if (*wanted) {
    auto answer = co_await keys_.keys(std::move(**wanted), tenant);
    if (!answer) {
      auto& failure = answer.error();
      co_return refused(trace.rejected(failure.reason, "key", std::move(failure.why)).error(), failure.is_retryable);
    }
    keys = std::move(*answer);
  }
  Verdict verdict{.outcome = Outcome::kVerified};
  if (auto decided = examination.decide(keys.get(), verdict); !decided) co_return refused(decided.error());
  verdict.steps = trace.take();
  if (!has_challenges(document, true)) co_return verdict;
  auto answered = answer_challenge(document, request, values, true, &verdict);
  if (!answered) co_return verdict;
  if (answered->outcome != Outcome::kChallenge || answered->fetch_url.empty() || run == Run::kDry)
    co_return with_reply(std::move(*answered), document);
  co_return co_await fetched(std::move(*answered), document, std::move(tenant));
}

/// The URL that a verified challenge asks to be called, whose host the document pins (S30).
ports::Task<Verdict> DeclaredVerification::fetched(Verdict verdict, const ServiceDocument& document, model::TenantId tenant) {
  auto response = co_await http_.send({.method = "GET",
                                       .url = std::exchange(verdict.fetch_url, {}),
                                       .headers = {},
                                       .body = {},
                                       .tenant = std::move(tenant),
                                       .deadline = kFetchWithin,
                                       .max_response = kMostFetched,
                                       .may_send = {}});
  if (response && response->status >= 200 && response->status < 300) co_return verdict;
  const auto why = response ? fmt::format("it was answered with {}", response->status) : model::clipped(response.error().error.detail);
  co_return rejected("fetch_failed", document.refusal_status, {{"fetch", why, false}}, true);
}

}  // namespace valetkey::services
