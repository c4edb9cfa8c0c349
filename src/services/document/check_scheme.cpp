#include <algorithm>

#include "services/document/parts.hpp"

namespace valetkey::services {
namespace {

using Decode = KeySource::Decode;
using Of = Piece::Of;

bool is_shared(const Alternative& alternative) {
  return std::ranges::any_of(alternative.algorithms, [](JwtAlgorithm each) {
    return each == JwtAlgorithm::kHs256 || each == JwtAlgorithm::kHs384 || each == JwtAlgorithm::kHs512;
  });
}

bool is_public_key(Decode decode) { return decode == Decode::kPem || decode == Decode::kSpkiBase64 || decode == Decode::kRawHex; }

/// What the alternative is, for the rules below.
struct Facts {
  bool has_public_key;  ///< asymmetric, or a jwt that is not HS
  bool has_message;
};

void check_key(const Alternative& each, const std::string& pointer, const Facts& facts, Reading& reading) {
  const auto place = pointer + "/key";
  const auto& key = each.key;
  const auto is_fetched = key.secret.empty();
  if (!facts.has_public_key && is_fetched) return reading.fault(place, "the scheme's key is a secret of the endpoint");
  if (each.scheme == Scheme::kAsymmetric && !key.jwks.empty()) reading.fault(place, "jwks is for a jwt, which names its key");
  if (each.scheme == Scheme::kJwt && key.certificate_url) reading.fault(place, "a jwt is verified with jwks or key_endpoint");
  if (is_fetched) return;
  if (facts.has_public_key && key.decode == Decode::kUtf8)
    reading.fault(place, "a shared secret is no public key: decode must be pem, spki_base64, raw_hex or base64");
  if (!facts.has_public_key && is_public_key(key.decode)) reading.fault(place + "/decode", "the scheme's key is shared, not public");
  const auto is_raw =
      key.decode == Decode::kRawHex || key.decode == Decode::kBase64 || key.decode == Decode::kHex || key.decode == Decode::kBase64Url;
  if (facts.has_public_key && is_raw && each.scheme == Scheme::kAsymmetric && each.asymmetric != AsymmetricAlgorithm::kEd25519)
    reading.fault(place + "/decode", "only an Ed25519 key is raw bytes: decode must be pem or spki_base64");
  if (facts.has_public_key && key.derive != KeySource::Derive::kNone) reading.fault(place + "/derive", "a public key is not derived");
}

void check_message(const Alternative& each, const std::string& pointer, const Facts& facts, Reading& reading) {
  if (facts.has_message == each.message.empty())
    return reading.fault(pointer + "/message", facts.has_message ? "is required: what is signed" : "the scheme signs no message");
  const auto has = [&](Of of) { return std::ranges::any_of(each.message, [of](const Piece& piece) { return piece.of == of; }); };
  if (each.scheme == Scheme::kHash && !has(Of::kSecret))
    reading.fault(pointer + "/message", "a hash without the piece `secret` proves nothing");
  if (each.scheme == Scheme::kHash && !each.needs_choice)
    reading.fault(pointer + "/needs_choice", "must be true: a plain hash is weak and off unless chosen (S32)");
  if (facts.has_message && each.scheme != Scheme::kHash && has(Of::kSecret))
    reading.fault(pointer + "/message", "the piece `secret` is for a hash");
  const auto fixed = [](const Piece& piece) { return piece.of == Of::kConst || piece.of == Of::kSecret || piece.of == Of::kParameter; };
  if (facts.has_message && std::ranges::all_of(each.message, fixed))
    reading.fault(pointer + "/message", "holds nothing of the request: one signature would serve for ever");
}

}  // namespace

void check_scheme(const Alternative& alternative, const std::string& pointer, const model::JsonReader& reader, Reading& reading) {
  const auto scheme = alternative.scheme;
  const Facts facts{
      .has_public_key = scheme == Scheme::kAsymmetric || (scheme == Scheme::kJwt && !is_shared(alternative)),
      .has_message = scheme == Scheme::kHmac || scheme == Scheme::kHash || scheme == Scheme::kAsymmetric,
  };
  if (reader.has("key")) check_key(alternative, pointer, facts, reading);
  check_message(alternative, pointer, facts, reading);
  const auto& place = alternative.signature;
  if (alternative.timestamp && !facts.has_message) reading.fault(pointer + "/timestamp", "the scheme signs no time");
  if (place.any && place.items.empty() && place.from != SignaturePlace::From::kHeaders)
    reading.fault(pointer + "/signature/any", "there is one signature only: items or headers are missing");
}

void check_coverage(const Alternative& alternative, const std::string& pointer, const ServiceDocument& document, Reading& reading) {
  const auto is_jwt_body = alternative.scheme == Scheme::kJwt && document.parse && document.parse->format == BodyFormat::kJwtBody;
  const auto is_signed = !alternative.message.empty() || alternative.body_digest || is_jwt_body;
  if (alternative.covers_body && !is_signed) reading.fault(pointer + "/covers_body", "the scheme does not sign the body (S32)");
  if (alternative.signature.from == SignaturePlace::From::kItem && (!document.parse || document.parse->split.empty()))
    reading.fault(pointer + "/signature/item", "needs parse.split");
  if (alternative.timestamp && !alternative.timestamp->is_signed && document.notes.empty())
    reading.fault(pointer + "/timestamp/is_signed", "the reason stands in notes, which are missing");
}

}  // namespace valetkey::services
