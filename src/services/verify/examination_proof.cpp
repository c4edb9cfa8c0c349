#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "model/encoding.hpp"
#include "model/http_text.hpp"
#include "services/expressions/template.hpp"
#include "services/mac.hpp"
#include "services/verify/examination.hpp"
#include "services/verify/secret_keys.hpp"

namespace valetkey::services::verify {
namespace {

/// In constant time in what is compared; all are compared, so that the time does not tell which one it was either.
bool is_among(const std::vector<std::string>& texts, std::string_view wanted) {
  bool is = false;
  for (const auto& text : texts) is |= model::Secret::equals(text, wanted);
  return is;
}

bool answers_hmac(const Text& text) {
  return text && std::ranges::any_of(text->pieces, [](const TemplatePiece& piece) { return piece.of == TemplatePiece::Of::kHmac; });
}

bool answers_hmacs(const ServiceDocument& document) {
  return std::ranges::any_of(document.challenges, [](const Challenge& challenge) {
    const auto is_hmac = [](const auto& member) { return answers_hmac(member.second); };
    return answers_hmac(challenge.reply.body) || std::ranges::any_of(challenge.reply.json, is_hmac) ||
           std::ranges::any_of(challenge.reply.headers, is_hmac);
  });
}

}  // namespace

Finding<void> Examination::check_proof(const KeySet* fetched) {
  switch (alternative_.scheme) {
    case Scheme::kHmac: return check_macs();
    case Scheme::kHash: return check_hashes();
    case Scheme::kAsymmetric: return check_signatures(fetched);
    case Scheme::kJwt: return check_token(fetched);
    case Scheme::kStatic:
    case Scheme::kUrlSecret: return check_texts();
    case Scheme::kBasic: return check_basic();
  }
  return trace_.rejected("no_scheme", "scheme", "it is unknown");
}

Finding<std::vector<model::Secret>> Examination::secrets() {
  const auto& key = alternative_.key;
  const auto facts = key.select ? with_unverified_claims(view_.facts_for(key.select)) : Facts{};
  return secret_keys(key, view_.values(), facts, trace_);
}

/// `signs(one)`: whether a key made the signature of one message. All must be signed.
template <class Signs>
Finding<void> Examination::check_each(Signs signs) {
  for (const auto& one : signed_)
    if (!signs(one)) return trace_.rejected("signature_mismatch", "comparison", "no key of the endpoint makes this signature");
  trace_.found("comparison", [] { return "a key of the endpoint makes this signature"; });
  return {};
}

Finding<void> Examination::check_macs() {
  const auto keys = secrets();
  if (!keys) return std::unexpected(keys.error());
  for (const auto& one : signed_)
    if (auto good = check_no_challenge(one.message.bytes()); !good) return good;
  return check_each([&](const Signed& one) {
    bool is_signed = false;
    for (const auto& key : *keys) {
      const auto mac = one.message.wants_secret() ? hmac_of(alternative_.hash, key.reveal(), one.message.with_secret(key.reveal()))
                                                  : hmac_of(alternative_.hash, key.reveal(), one.message.bytes());
      is_signed |= is_among(one.signatures, mac);
    }
    return is_signed;
  });
}

/// S26: where a challenge answers an HMAC of the asker's text, such a text alone is no message.
Finding<void> Examination::check_no_challenge(std::string_view message) {
  if (!is_signable(message) || !answers_hmacs(document_)) return {};
  return trace_.rejected("message_is_challenge", "signed bytes", "they could be the answer to a challenge of this application");
}

Finding<void> Examination::check_hashes() {
  const auto keys = secrets();
  if (!keys) return std::unexpected(keys.error());
  for (const auto& one : signed_)
    if (!one.message.wants_secret()) return trace_.rejected("scheme_unusable", "scheme", "a digest without a secret proves nothing");
  return check_each([&](const Signed& one) {
    bool is_signed = false;
    for (const auto& key : *keys) {
      auto bytes = one.message.with_secret(key.reveal());
      is_signed |= is_among(one.signatures, digest_of(alternative_.hash, bytes));
      model::Secret::wipe(bytes);
    }
    return is_signed;
  });
}

Finding<void> Examination::check_texts() {
  const auto keys = secrets();
  if (!keys) return std::unexpected(keys.error());
  return check_each([&](const Signed& one) {
    bool is_one = false;
    for (const auto& key : *keys) is_one |= is_among(one.texts.values, key.reveal());
    return is_one;
  });
}

/// RFC 7617: the user's name ends at the first colon, so that whole texts can be compared, colons in passwords included.
Finding<void> Examination::check_basic() {
  const auto keys = secrets();
  if (!keys) return std::unexpected(keys.error());
  return check_each([&](const Signed& one) {
    constexpr std::string_view kBasic = "basic ";
    bool is_one = false;
    for (const std::string_view text : one.texts.values) {
      const auto is_basic = model::equals_ignoring_case(text.substr(0, kBasic.size()), kBasic);
      const auto proof = is_basic ? model::from_base64(model::trimmed(text.substr(kBasic.size()))) : std::nullopt;
      for (const auto& key : *keys) is_one |= proof && model::Secret::equals(*proof, key.reveal());
    }
    return is_one;
  });
}

Finding<void> Examination::check_signatures(const KeySet* fetched) {
  const auto keys = public_keys(fetched);
  if (!keys) return std::unexpected(keys.error());
  return check_each([&](const Signed& one) {
    return std::ranges::any_of(*keys, [&](const PublicKey& key) {
      return std::ranges::any_of(one.signatures, [&](const std::string& signature) {
        return key.verifies(alternative_.asymmetric, signature, one.message.bytes());
      });
    });
  });
}

Finding<void> Examination::check_token(const KeySet* fetched) {
  bool is_signed = false;
  if (const auto* digest = secret_digest(*token_algorithm_)) {
    const auto keys = secrets();
    if (!keys) return std::unexpected(keys.error());
    for (const auto& key : *keys)
      is_signed |= model::Secret::equals(token_->signature, hmac_of(*digest, key.reveal(), token_->signing_input));
  } else {
    const auto keys = public_keys(fetched);
    if (!keys) return std::unexpected(keys.error());
    is_signed = std::ranges::any_of(
        *keys, [&](const PublicKey& key) { return key.verifies(*token_algorithm_, token_->signature, token_->signing_input); });
  }
  if (!is_signed) return trace_.rejected("signature_mismatch", "comparison", "no key makes the signature of this token");
  trace_.found("comparison", [] { return "a key makes the signature of this token"; });
  return {};
}

}  // namespace valetkey::services::verify
