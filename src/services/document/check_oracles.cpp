#include <fmt/format.h>

#include <algorithm>

#include "services/document/parts.hpp"
#include "services/expressions/template.hpp"

namespace valetkey::services {
namespace {

using Of = Piece::Of;

bool has_foreign(std::string_view text) {
  return std::ranges::any_of(text, [](char c) { return !is_signable(c); });
}

/// A body that is a JSON object or list, which the parser insists on, begins with a byte that no challenge value holds.
bool is_json_body(const ServiceDocument& document) {
  const auto is_json = [](const ParseRule& rule) { return rule.format == BodyFormat::kJson || rule.format == BodyFormat::kBase64Json; };
  const auto has_any = document.parse || document.action;
  const auto forms_are =
      !document.action || std::ranges::all_of(document.action->forms, [&](const auto& form) { return is_json(form.parse); });
  return has_any && (!document.parse || is_json(*document.parse)) && forms_are;
}

/// Whether every message has a byte outside `[A-Za-z0-9+/=_-]` through this piece.
bool is_foreign(const Piece& piece, const Alternative& alternative, bool json_body) {
  switch (piece.of) {
    case Of::kConst: return has_foreign(piece.text);
    case Of::kUrl: return true;    // https:
    case Of::kLines: return true;  // line feeds, or no message at all
    case Of::kRaw: return json_body;
    case Of::kJoin: return piece.names.size() > 1 && has_foreign(piece.text);
    case Of::kTimestamp: return alternative.timestamp && alternative.timestamp->unit == TimeUnit::kRfc3339;  // its colons
    default: return false;
  }
}

}  // namespace

void check_oracles(const ServiceDocument& document, Reading& reading) {
  const auto json_body = is_json_body(document);
  for (std::size_t i = 0; i < document.verify.size(); ++i) {
    const auto& alternative = document.verify[i];
    if (alternative.scheme != Scheme::kHmac) continue;
    // Whatever the secrets are called: two names may hold one value.
    const auto oracle = std::ranges::find(reading.challenge_hmacs, alternative.hash, &std::pair<HashAlgorithm, std::string>::first);
    if (oracle == reading.challenge_hmacs.end()) continue;
    const auto is_sound =
        std::ranges::any_of(alternative.message, [&](const Piece& each) { return is_foreign(each, alternative, json_body); });
    if (!is_sound)
      reading.fault(
          fmt::format("/verify/{}/message", i),
          fmt::format(
              "may consist of A-Z, a-z, 0-9 and +/=_- alone, and the challenge at {} answers the HMAC of such a text: whoever asks it "
              "can sign (S26)",
              oracle->second));
  }
}

}  // namespace valetkey::services
