#include "services/verify/examination.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "services/verify/body_digest.hpp"
#include "services/verify/items.hpp"
#include "services/verify/jwt_claims.hpp"
#include "services/verify/signature_place.hpp"
#include "services/verify/timestamps.hpp"

namespace valetkey::services::verify {
namespace {

namespace json = boost::json;

constexpr std::size_t kMostItems = 1000;

const ParseRule* rule_of(const ServiceDocument& document) { return document.parse ? &*document.parse : nullptr; }

bool is_chosen(const EndpointValues& values) {
  const auto found = values.parameters.find("allow_weak");
  return found != values.parameters.end() && found->second == "true";
}

/// Schemes whose proof is compared as it stands.
bool compares_text(Scheme scheme) { return scheme == Scheme::kStatic || scheme == Scheme::kUrlSecret || scheme == Scheme::kBasic; }

}  // namespace

Examination::Examination(const ServiceDocument& document, const Alternative& alternative, RequestView& view, Trace& trace)
    : document_(document),
      alternative_(alternative),
      view_(view),
      trace_(trace) {}

Finding<void> Examination::prepare() {
  if (alternative_.needs_choice && !is_chosen(view_.values()))
    return trace_.rejected("weak_scheme_off", "scheme", "it is weak, and the endpoint does not say allow_weak");
  if (alternative_.scheme == Scheme::kJwt) return prepare_token();
  if (alternative_.signature.from != SignaturePlace::From::kItem) return prepare_one(nullptr);
  const auto items = items_of(rule_of(document_), view_.decoded().body);
  if (items.empty()) return trace_.rejected("signature_missing", "signature", "the body holds no items");
  if (items.size() > kMostItems) return trace_.rejected("too_many_items", "signature", fmt::format("more than {} items", kMostItems));
  for (const auto* item : items)
    if (auto good = prepare_one(item); !good) return good;
  return {};
}

Finding<void> Examination::prepare_one(const json::value* item) {
  auto texts = signature_texts(alternative_.signature, view_, item, trace_);
  if (!texts) return std::unexpected(texts.error());
  if (alternative_.timestamp) {
    auto timestamp = checked_timestamp(*alternative_.timestamp, view_, texts->fields, trace_);
    if (!timestamp) return std::unexpected(timestamp.error());
    timestamp_ = std::move(*timestamp);
  }
  Signed one{.texts = std::move(*texts), .signatures = {}, .message = {}};
  if (!compares_text(alternative_.scheme)) {
    auto signatures = decoded_signatures(alternative_.signature, one.texts);
    if (!signatures) return trace_.rejected(signatures.error(), "signature", "it is not of the encoding that this scheme has");
    one.signatures = std::move(*signatures);
    const MessageSource source{.view = view_, .timestamp = timestamp_, .signature_fields = &one.texts.fields, .item = item};
    auto message = SignedMessage::of(alternative_.message, source, trace_);
    if (!message) return std::unexpected(message.error());
    one.message = std::move(*message);
  }
  signed_.push_back(std::move(one));
  return {};
}

Finding<void> Examination::prepare_token() {
  auto texts = signature_texts(alternative_.signature, view_, nullptr, trace_);
  if (!texts) return std::unexpected(texts.error());
  if (texts->values.size() != 1) return trace_.rejected("signature_duplicated", "token", "there is more than one");
  token_text_ = std::move(texts->values.front());
  token_ = model::read_jws(token_text_);
  if (!token_) return trace_.rejected("token_malformed", "token", "it is no compact JWS that can be read one way only");
  token_algorithm_ = allowed_algorithm(alternative_.algorithms, token_->algorithm);
  if (token_algorithm_ == nullptr)
    return trace_.rejected("algorithm_not_allowed", "token", "its algorithm is " + model::clipped(token_->algorithm));
  trace_.found("token", [&] { return fmt::format("{}, key {}", token_->algorithm, model::clipped(token_->kid)); });
  return {};
}

Finding<void> Examination::decide(const KeySet* fetched, Verdict& verdict) {
  if (auto good = check_proof(fetched); !good) return good;
  if (token_) {
    if (auto good = check_claims(alternative_.claims.value_or(ClaimRules{}), token_->claims, view_, trace_); !good) return good;
  }
  if (alternative_.body_digest) {
    const json::value nothing;
    if (auto good = check_body_digest(*alternative_.body_digest, token_ ? token_->claims : nothing, view_, trace_); !good) return good;
  }
  if (auto good = check_identity(); !good) return good;
  return tell(verdict);
}

Finding<void> Examination::check_identity() {
  const auto& checks = alternative_.identity;
  if (checks.empty()) return {};
  const auto facts = with_claims(view_.facts_for(checks));
  std::vector<const json::value*> items{facts.item};
  // Each event of a request must be the operator's own, not only the first.
  if (facts.body != nullptr && facts.item == facts.body)
    if (auto split = items_of(rule_of(document_), facts.body); !split.empty()) items = std::move(split);
  for (const auto* item : items) {
    auto of_item = facts;
    of_item.item = item;
    for (const auto& check : checks)
      if (!holds(check, of_item))
        return trace_.rejected("identity_mismatch", "identity", "the request is not for the one that the endpoint names");
  }
  trace_.found("identity", [] { return "it is the one that the endpoint names"; });
  return {};
}

Finding<void> Examination::tell(Verdict& verdict) {
  const model::Pairs no_fields;
  note_coverage(alternative_, signed_.empty() ? no_fields : signed_.front().texts.fields, verdict);
  if (alternative_.replay_id) {
    const auto facts = with_claims(view_.facts_for(alternative_.replay_id));
    auto id = text_of(alternative_.replay_id, facts);
    if (!id || id->empty()) return trace_.rejected("replay_id_missing", "replay", "what must be used once only is not in the request");
    verdict.replay_id = std::move(*id);
    verdict.replay_for = alternative_.replay_for;
  }
  if (token_) verdict.claims = std::move(token_->claims);
  return {};
}

Facts Examination::with_claims(Facts facts) const {
  if (token_) facts.claims = &token_->claims;
  return facts;
}

Facts Examination::with_unverified_claims(Facts facts) {
  if (!token_) return facts;
  if (unverified_claims_.is_null()) {
    unverified_claims_ = token_->claims;
    unverified_claims_.as_object()["kid"] = token_->kid;
  }
  facts.claims = &unverified_claims_;
  return facts;
}

}  // namespace valetkey::services::verify
