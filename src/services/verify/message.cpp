#include "services/verify/message.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "model/http_text.hpp"
#include "model/json_reader.hpp"
#include "model/url.hpp"
#include "services/expressions/json_path.hpp"
#include "services/mac.hpp"
#include "services/verify/message_pieces.hpp"

namespace valetkey::services::verify {
namespace {

using Of = Piece::Of;
using Text = std::optional<std::string>;

/// Where the headers that were signed stand, unless the piece names another field (Hook0).
constexpr std::string_view kSignedHeadersField = "h";

Text only(const model::Pairs* pairs, std::string_view name) {
  if (pairs == nullptr) return std::nullopt;
  auto value = model::single_value(*pairs, name);
  return value ? *value : std::nullopt;
}

Text header(const MessageSource& source, std::string_view name) {
  const auto value = single_header(source.view.request(), name);
  return value ? Text(*value) : std::nullopt;
}

Text member(const boost::json::value* root, std::string_view path) {
  const auto* value = root == nullptr ? nullptr : value_at(*root, path);
  return value == nullptr ? std::nullopt : model::scalar_text(*value);
}

/// From configuration, never from Host (S25); the query as it was received.
std::string url_text(const Piece& piece, const Incoming& request) {
  auto url = request.public_url;
  if (!piece.without_query && !request.query_text.empty()) url += "?" + request.query_text;
  return piece.decode_escapes ? with_escapes_decoded(url) : url;
}

std::string path_text(const Incoming& request) {
  const auto url = model::parse_url(request.public_url);
  return url ? url->path : request.path;
}

Text parameter(const MessageSource& source, const std::string& name) {
  const auto& parameters = source.view.values().parameters;
  const auto found = parameters.find(name);
  return found == parameters.end() || found->second.empty() ? std::nullopt : Text(found->second);
}

/// The headers that the signature itself names, in its order.
Text signed_headers(const Piece& piece, const MessageSource& source) {
  if (source.signature_fields == nullptr) return std::nullopt;
  const auto names = single_field(*source.signature_fields, piece.text.empty() ? kSignedHeadersField : std::string_view(piece.text), "");
  if (!names) return std::nullopt;
  std::string out;
  bool is_first = true;
  for (const auto& name : words(*names)) {
    const auto value = header(source, name);
    if (!value) return std::nullopt;
    out.append(is_first ? "" : ".").append(*value);
    is_first = false;
  }
  return out;
}

Text joined(const Piece& piece, const boost::json::value* root) {
  if (root == nullptr) return std::nullopt;
  std::string out;
  for (std::size_t i = 0; i < piece.names.size(); ++i) {
    if (i > 0) out += piece.text;
    out += member(root, piece.names[i]).value_or("");
  }
  return out;
}

Text query_or_form(const Piece& piece, const model::Pairs* pairs) {
  if (pairs == nullptr) return std::nullopt;
  return piece.of == Of::kSortedForm ? sorted_form(*pairs) : sorted_query(*pairs, piece);
}

/// Not for kRaw alone and kSecret, which SignedMessage puts together.
Text text_of(const Piece& piece, const MessageSource& source) {
  const auto& request = source.view.request();
  switch (piece.of) {
    case Of::kRaw: return request.body;
    case Of::kConst: return piece.text;
    case Of::kTimestamp: return source.timestamp.empty() ? std::nullopt : Text(source.timestamp);
    case Of::kMethod: return request.method;
    case Of::kUrl: return url_text(piece, request);
    case Of::kPath: return path_text(request);
    case Of::kSecret: return std::string{};
    case Of::kCrc32: return crc32_decimal(request.body);
    case Of::kHeader: return header(source, piece.text);
    case Of::kQuery: return only(source.view.decoded().query, piece.text);
    case Of::kForm: return only(source.view.decoded().form, piece.text);
    case Of::kBody: return member(source.view.decoded().body, piece.text);
    case Of::kParameter: return parameter(source, piece.text);
    case Of::kSortedForm: return query_or_form(piece, source.view.decoded().form);
    case Of::kSortedQuery: return query_or_form(piece, source.view.decoded().query);
    case Of::kLines: {
      const auto* body = source.view.decoded().body;
      return body == nullptr ? std::nullopt : Text(lines(piece.names, *body));
    }
    case Of::kJoin: return joined(piece, source.item != nullptr ? source.item : source.view.decoded().body);
    case Of::kDigest: return encoded(piece.encoding, digest_of(piece.digest, request.body));
    case Of::kSignedHeaders: return signed_headers(piece, source);
  }
  return std::nullopt;
}

std::string_view name_of(const Piece& piece) {
  switch (piece.of) {
    case Of::kTimestamp: return "timestamp";
    case Of::kHeader: return "header";
    case Of::kQuery: return "query parameter";
    case Of::kForm: return "form field";
    case Of::kBody: return "member of the body";
    case Of::kParameter: return "parameter of the endpoint";
    case Of::kSortedForm: return "form";
    case Of::kSortedQuery: return "query";
    case Of::kLines:
    case Of::kJoin: return "JSON body";
    case Of::kSignedHeaders: return "headers that the signature names";
    default: return "piece";
  }
}

}  // namespace

Finding<SignedMessage> SignedMessage::of(const std::vector<Piece>& pieces, const MessageSource& source, Trace& trace) {
  SignedMessage message;
  if (pieces.size() == 1 && pieces[0].of == Of::kRaw) {
    message.whole_ = source.view.request().body;
  } else {
    message.parts_.emplace_back();
    for (const auto& piece : pieces) {
      const auto text = text_of(piece, source);
      if (!text)
        return trace.rejected("message_incomplete", "signed bytes",
                              fmt::format("there is no {} {}, or more than one", name_of(piece), piece.text));
      if (piece.of == Of::kSecret) message.parts_.emplace_back();
      else message.parts_.back() += *text;
    }
  }
  trace.found("signed bytes", [&] { return message.parts_.size() > 1 ? shown(message.with_secret("***")) : shown(message.bytes()); });
  return message;
}

std::string SignedMessage::with_secret(std::string_view secret) const {
  std::string out;
  for (std::size_t i = 0; i < parts_.size(); ++i) out.append(i == 0 ? std::string_view{} : secret).append(parts_[i]);
  return out;
}

void note_coverage(const Alternative& alternative, const model::Pairs& signature_fields, Verdict& verdict) {
  verdict.covers_body = alternative.covers_body;
  const auto& time = alternative.timestamp;
  for (const auto& piece : alternative.message) {
    if (piece.of == Of::kHeader) verdict.signed_headers.push_back(piece.text);
    if (piece.of == Of::kTimestamp && time && time->from == TimestampRule::From::kHeader) verdict.signed_headers.push_back(time->name);
    if (piece.of == Of::kSignedHeaders)
      if (const auto names = single_field(signature_fields, piece.text.empty() ? kSignedHeadersField : std::string_view(piece.text), ""))
        for (const auto& name : words(*names)) verdict.signed_headers.push_back(name);
    if ((piece.of == Of::kUrl && !piece.without_query) || (piece.of == Of::kSortedQuery && piece.names.empty())) verdict.signs_query = true;
  }
}

}  // namespace valetkey::services::verify
