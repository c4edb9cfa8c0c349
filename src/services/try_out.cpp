#include "services/try_out.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace valetkey::services {
namespace {

constexpr std::string_view kVerification = "webhook_event_verification";
constexpr std::string_view kParser = "webhook_parser";
constexpr std::string_view kActionParser = "action_callback_parser";

bool serves(const Service& service, std::string_view kind) { return std::ranges::find(service.kinds, kind) != service.kinds.end(); }

/// S26: a challenge answers an HMAC of somebody's text, which must not be had with a stored secret.
Reply masked(Reply reply) {
  if (!reply.body.empty()) reply.body = "***";
  for (auto& header : reply.headers) header.second = "***";
  return reply;
}

/// What the application is answered before its request is read: a challenge's reply, or the refusal.
std::optional<Reply> reply_of(const Verdict& verdict, bool has_stored_secrets) {
  if (verdict.outcome == Outcome::kRejected)
    return verdict.reply.value_or(Reply{.status = 401, .headers = {}, .body = {}, .content_type = {}});
  if (verdict.outcome != Outcome::kChallenge || !verdict.reply) return std::nullopt;
  return has_stored_secrets ? masked(*verdict.reply) : *verdict.reply;
}

std::string count_text(std::size_t count, std::string_view one) { return fmt::format("{} {}{}", count, one, count == 1 ? "" : "s"); }

void tell_besides(const Verdict& verdict, std::vector<Step>& steps) {
  if (!verdict.covers_body) steps.push_back({"coverage", "the scheme does not sign the body: its events say so", true});
  if (!verdict.replay_id.empty()) steps.push_back({"replay", fmt::format("works once within {} s", verdict.replay_for.count()), true});
  if (!verdict.store_secret.empty())
    steps.push_back(
        {"handshake", fmt::format("would be kept as the secret {}, while the endpoint's window is open", verdict.store_secret), true});
  if (!verdict.fetch_url.empty())
    steps.push_back({"fetch", fmt::format("would be asked now, and is not in a dry run: {}", verdict.fetch_url), true});
}

void tell_events(const std::vector<Message>& messages, std::vector<Step>& steps) {
  steps.push_back({"parse", count_text(messages.size(), "event"), true});
  for (std::size_t i = 0; i < messages.size(); ++i) {
    const auto& members = messages[i].unsigned_members;
    if (!members.empty())
      steps.push_back({fmt::format("event {}", i + 1), fmt::format("not covered by the signature: {}", fmt::join(members, ", ")), true});
  }
}

/// One run: each step leaves what it found in `out`.
class DryRun {
 public:
  DryRun(Services& services, TryOut wish) : services_(services), wish_(std::move(wish)) {}

  ports::Task<Explanation> run() {
    if (wish_.tried == Tried::kWebhook || wish_.tried == Tried::kAction || wish_.tried == Tried::kVerification) {
      co_await verify();
      if (verdict_.outcome != Outcome::kVerified || wish_.tried == Tried::kVerification) co_return std::move(out_);
    } else {
      verdict_.outcome = Outcome::kVerified;  // taken as given: the parser alone is asked for
      out_.outcome = "parsed";
    }
    if (wish_.tried == Tried::kWebhook || wish_.tried == Tried::kParser) co_await parse();
    else co_await parse_action();
    co_return std::move(out_);
  }

 private:
  ports::Task<void> verify() {
    verdict_ = co_await services_.verify(wish_.verification, wish_.request, wish_.values, wish_.tenant, Run::kDry);
    switch (verdict_.outcome) {
      case Outcome::kVerified: out_.outcome = "verified"; break;
      case Outcome::kRejected: out_.outcome = "rejected"; break;
      case Outcome::kChallenge: out_.outcome = "challenge"; break;
    }
    out_.reason = verdict_.reason;
    out_.response = reply_of(verdict_, wish_.has_stored_secrets);
    out_.steps = std::move(verdict_.steps);
    tell_besides(verdict_, out_.steps);
  }

  ports::Task<void> parse() {
    if (!wish_.parser) {
      out_.steps.push_back({"parse", "the service has no parser", true});
      co_return;
    }
    auto parsed = co_await services_.parse(wish_.parser, wish_.request, wish_.values, verdict_, wish_.tenant);
    if (!parsed) {
      fail_to_parse(parsed.error(), "the request would be acknowledged, kept as unparsed, and parsed again later");
      co_return;
    }
    tell_events(parsed->messages, out_.steps);
    out_.response = std::move(parsed->acknowledgement);
    out_.events = std::move(parsed->messages);
  }

  ports::Task<void> parse_action() {
    if (!wish_.parser) {
      out_.steps.push_back({"parse", "the service has no parser of actions", true});
      co_return;
    }
    auto action = co_await services_.parse_action(wish_.parser, wish_.request, wish_.values, verdict_, wish_.tenant);
    if (!action) {
      fail_to_parse(action.error(), "the request would be kept as unparsed");
      co_return;
    }
    if (action->needs_reply)
      out_.steps.push_back({"reply", "is computed by the endpoint's reply destination; this one is the fall-back", true});
    out_.response = action->reply;
    out_.events.push_back(action->message);
    tell_events(out_.events, out_.steps);
    out_.action = std::move(*action);
  }

  void fail_to_parse(const model::Error& error, std::string_view then) {
    if (out_.outcome == "parsed") out_.outcome = "unparsed";
    out_.reason = "unparsed";
    out_.steps.push_back({"parse", error.detail, false});
    for (const auto& field : error.fields) out_.steps.push_back({"parse", fmt::format("{}: {}", field.pointer, field.detail), false});
    out_.steps.push_back({"then", std::string(then), true});
  }

  Services& services_;
  TryOut wish_;
  Verdict verdict_;
  Explanation out_;
};

std::unexpected<model::Error> cannot_be_tried(const Service& service, std::string detail) {
  return model::fail(model::Error{
      .code = model::Code::kInvalidInput,
      .detail = "try the service: it is not of this kind",
      .fields = {{"/kind", fmt::format("{}; the service is of: {}", detail,
                                       service.kinds.empty() ? "no kind" : fmt::format("{}", fmt::join(service.kinds, ", ")))}}});
}

}  // namespace

model::Result<TryOut> trial_of(ServicePtr service, Tried tried) {
  const bool is_action = tried == Tried::kAction || tried == Tried::kActionParser;
  const auto parser = is_action ? kActionParser : kParser;
  const bool is_parser_alone = tried == Tried::kParser || tried == Tried::kActionParser;
  if (is_parser_alone && !serves(*service, parser)) return cannot_be_tried(*service, "it is no such parser");
  if (!is_parser_alone && !serves(*service, kVerification))
    return cannot_be_tried(*service, fmt::format("it does not verify; try its parser alone as {}", parser));
  TryOut out{.tenant = {}, .verification = service, .parser = nullptr, .tried = tried, .request = {}, .values = {}};
  if (serves(*service, parser)) out.parser = std::move(service);
  return out;
}

ports::Task<Explanation> try_out(Services& services, TryOut wish) {
  DryRun run(services, std::move(wish));
  co_return co_await run.run();
}

}  // namespace valetkey::services
