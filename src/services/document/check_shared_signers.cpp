#include <fmt/format.h>

#include <algorithm>

#include "services/document/parts.hpp"
#include "services/expressions/evaluation.hpp"
#include "services/expressions/expression.hpp"
#include "services/expressions/template.hpp"

namespace valetkey::services {
namespace {

/// Whether the text holds a parameter that every endpoint must have, or a secret.
bool is_configured(const Text& text, const ServiceDocument& document) {
  if (!text) return false;
  return std::ranges::any_of(text->pieces, [&](const TemplatePiece& piece) {
    bool found = piece.of == TemplatePiece::Of::kSecret;
    visit_all(piece.expression, [&](const Expression& each) {
      const auto declared = std::ranges::find(document.parameters, each.text, &DeclaredParameter::name);
      found |= each.of == Expression::Of::kParameter && declared != document.parameters.end() && !declared->is_optional;
    });
    return found;
  });
}

bool has_own_credentials(const KeySource& key) {
  return std::ranges::any_of(key.endpoint_json, [](const auto& member) { return member.second && has_secret(*member.second); });
}

bool is_shared(const KeySource& key) {
  return !key.jwks.empty() || key.certificate_url || (!key.endpoint_url.empty() && !has_own_credentials(key));
}

/// Whether the value is of the request: a parameter equals itself whoever signed.
bool is_of_request(const Expr& value) {
  bool found = !sources_of(value).empty();
  visit_all(value, [&](const Expression& each) { found |= each.of == Expression::Of::kClaim; });
  return found;
}

/// A signature over a parameter of the endpoint is one for the endpoint (PayPal's webhook id).
bool signs_parameter(const Alternative& alternative, const ServiceDocument& document) {
  return std::ranges::any_of(alternative.message, [&](const Piece& piece) {
    const auto declared = std::ranges::find(document.parameters, piece.text, &DeclaredParameter::name);
    return piece.of == Piece::Of::kParameter && declared != document.parameters.end() && !declared->is_optional;
  });
}

bool has_identity(const Alternative& alternative, const ServiceDocument& document) {
  const auto configured = [&](const Text& text) { return is_configured(text, document); };
  const auto compares = [&](const Check& check) { return is_of_request(check.value) && configured(check.equals); };
  if (signs_parameter(alternative, document) || std::ranges::any_of(alternative.identity, compares)) return true;
  if (!alternative.claims) return false;
  const auto& claims = *alternative.claims;
  return configured(claims.audience) || configured(claims.email) ||
         std::ranges::any_of(claims.require, [&](const auto& each) { return configured(each.second); });
}

}  // namespace

void check_shared_signers(const ServiceDocument& document, Reading& reading) {
  for (std::size_t i = 0; i < document.verify.size(); ++i) {
    const auto& alternative = document.verify[i];
    for (std::size_t j = 0; j < alternative.identity.size(); ++j)
      if (alternative.identity[j].value && !is_of_request(alternative.identity[j].value))
        reading.fault(fmt::format("/verify/{}/identity/{}/value", i, j), "is nothing of the request: it holds for everybody");
    if (is_shared(alternative.key) && !has_identity(alternative, document))
      reading.fault(
          fmt::format("/verify/{}", i),
          "its key signs for every customer of the provider: identity, or claims.audience, email or require must equal a {param.x} "
          "that is not optional (S27)");
  }
}

}  // namespace valetkey::services
