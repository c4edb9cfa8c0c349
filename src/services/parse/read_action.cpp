#include <fmt/format.h>

#include <memory>

#include "services/challenge.hpp"
#include "services/parse/decoded_request.hpp"
#include "services/parse/message.hpp"
#include "services/parse/read_events.hpp"

namespace valetkey::services {
namespace {

using model::Code;
using model::fail;

constexpr std::size_t kMostUrlBytes = 2048;

bool is_same(const ParseRule& a, const ParseRule& b) { return a.format == b.format && a.field == b.field && a.path == b.path; }

model::Result<Action> action_of(const ActionRule& rule, const ActionForm& form, const Facts& facts, const Verdict& verdict) {
  Action out;
  const MessageRule members{.type = form.type, .id = form.id, .app_user_id = form.app_user_id, .payload = form.payload};
  out.message = message_of(members, facts, verdict);
  out.action_id = text_of(form.action_id, facts).value_or("");
  out.response_url = text_of(form.response_url, facts).value_or("");
  if (out.response_url.size() > kMostUrlBytes) out.response_url.clear();
  auto reply = reply_of(form.reply, facts);
  if (!reply) return fail(model::in_context(std::move(reply.error()), "read an action"));
  out.reply = std::move(*reply);
  out.needs_reply = form.needs_reply;
  out.deadline = rule.deadline;
  return out;
}

}  // namespace

model::Result<Action> read_action(const ServiceDocument& document, const Incoming& request, const EndpointValues& values,
                                  const Verdict& verdict) {
  if (!document.action) return fail(Code::kInvalidInput, "read an action: the service reads none");
  if (request.body.size() > kMostBodyBytes)
    return fail(Code::kPayloadTooLarge, fmt::format("read an action: the body has more than {} bytes", kMostBodyBytes));
  std::optional<model::Error> fault;
  // Forms mostly share one format: the body is decoded again only where the next wants another.
  const ParseRule* decoded_by = nullptr;
  std::unique_ptr<DecodedRequest> decoded;
  for (const auto& form : document.action->forms) {
    if (decoded_by == nullptr || !is_same(*decoded_by, form.parse)) {
      decoded = std::make_unique<DecodedRequest>(request, values, &form.parse);
      decoded_by = &form.parse;
    }
    if (decoded->fault()) {
      fault = decoded->fault();
      continue;
    }
    auto facts = decoded->facts();
    facts.claims = &verdict.claims;
    if (form.parse.format == BodyFormat::kJwtBody) facts.body = facts.item = &verdict.claims;
    if (hold(form.when, facts)) return action_of(*document.action, form, facts, verdict);
  }
  if (fault) return fail(model::in_context(std::move(*fault), "read an action"));
  return fail(Code::kInvalidInput, "read an action: no form of the service fits the request");
}

}  // namespace valetkey::services
