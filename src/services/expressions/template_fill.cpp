#include <fmt/format.h>

#include "model/encoding.hpp"
#include "services/expressions/evaluation.hpp"
#include "services/expressions/template.hpp"
#include "services/mac.hpp"

namespace valetkey::services {
namespace {

using Of = TemplatePiece::Of;

const std::vector<model::Secret>* secrets_of(const Facts& facts, const std::string& name) {
  if (facts.values == nullptr) return nullptr;
  const auto found = facts.values->secrets.find(name);
  return found == facts.values->secrets.end() || found->second.empty() ? nullptr : &found->second;
}

/// The newest value signs, as the application was given it last.
model::Result<std::string> hmac_value(const TemplatePiece& piece, const Facts& facts) {
  const auto value = text_of(piece.expression, facts).value_or("");
  if (!is_signable(value))
    return model::fail(model::Code::kInvalidInput, "answer a challenge: the value is not 1 to 128 of A-Z, a-z, 0-9 and +/=_- (S26)");
  const auto* secrets = secrets_of(facts, piece.text);
  if (secrets == nullptr) return model::fail(model::Code::kInvalidInput, fmt::format("answer a challenge: no secret {}", piece.text));
  return encoded(piece.encoding, hmac_of(piece.algorithm, secrets->front().reveal(), value));
}

}  // namespace

model::Result<std::string> fill(const Text& text, const Facts& facts) {
  std::string out;
  if (!text) return out;
  for (const auto& piece : text->pieces) {
    switch (piece.of) {
      case Of::kText: out += piece.text; break;
      case Of::kExpression: out += text_of(piece.expression, facts).value_or(""); break;
      case Of::kSecret:
        if (const auto* secrets = secrets_of(facts, piece.text)) out += secrets->front().reveal();
        break;
      case Of::kHmac: {
        const auto value = hmac_value(piece, facts);
        if (!value) return value;
        out += *value;
        break;
      }
    }
    if (out.size() > kMostFilledBytes)
      return model::fail(model::Code::kInvalidInput, fmt::format("fill a text: more than {} bytes", kMostFilledBytes));
  }
  return out;
}

}  // namespace valetkey::services
