#include <algorithm>

#include "services/document/parts.hpp"

namespace valetkey::services {
namespace {

using model::JsonReader;
using From = TimestampRule::From;

/// Some sign the time of the event and repeat for days.
constexpr std::int64_t kMost = 7LL * 86400;

bool is_in(const std::vector<Piece>& message, Piece::Of of, std::string_view text = {}) {
  return std::ranges::any_of(message, [&](const Piece& piece) { return piece.of == of && (text.empty() || piece.text == text); });
}

/// Whether the message holds the time, so that the signature says how old the request is.
bool is_signed(const TimestampRule& rule, const std::vector<Piece>& message) {
  using Of = Piece::Of;
  if (is_in(message, Of::kTimestamp)) return true;
  switch (rule.from) {
    case From::kHeader: return is_in(message, Of::kHeader, rule.name);
    case From::kSignature: return false;
    case From::kQuery:
      return is_in(message, Of::kQuery, rule.name) || is_in(message, Of::kSortedQuery) ||
             std::ranges::any_of(message, [](const Piece& piece) { return piece.of == Of::kUrl && !piece.without_query; });
    case From::kBody:
      return is_in(message, Of::kRaw) || is_in(message, Of::kDigest) || is_in(message, Of::kBody, rule.name) ||
             std::ranges::any_of(message, [&](const Piece& piece) {
               return (piece.of == Of::kLines || piece.of == Of::kJoin) && std::ranges::find(piece.names, rule.name) != piece.names.end();
             });
  }
  return false;
}

void read_place(JsonReader& reader, TimestampRule& out, Reading& reading) {
  const auto which = only_one_of(reader, {"header", "take", "body", "query"}, reading);
  if (which == "header") out.name = read_header_name(reader, which);
  else if (which == "body") out.name = read_path(reader, which);
  else if (!which.empty()) out.name = reader.required_string(which);
  out.from = which == "header" ? From::kHeader : which == "take" ? From::kSignature : which == "body" ? From::kBody : From::kQuery;
}

}  // namespace

void read_timestamp(JsonReader& alternative, Alternative& out, Reading& reading) {
  auto reader = alternative.optional_object("timestamp");
  if (!reader) {
    if (is_in(out.message, Piece::Of::kTimestamp)) alternative.error("message", "the piece `timestamp` needs timestamp");
    return;
  }
  TimestampRule rule;
  read_place(*reader, rule, reading);
  read_choice(*reader, "unit", rule.unit);
  rule.past = read_seconds(*reader, "past", 1, kMost).value_or(rule.past);
  rule.future = read_seconds(*reader, "future", 0, kMost).value_or(rule.future);
  rule.is_signed = reader->optional_bool("is_signed").value_or(true);
  if (rule.from == From::kSignature && out.signature.pair.empty()) reader->error("take", "the signature has no pairs");
  if (rule.is_signed && !is_signed(rule, out.message))
    reading.fault(reader->pointer(),
                  "is no part of the signed message, so that it proves nothing: sign it, or say is_signed = false and why in notes");
  reader->finish();
  out.timestamp = std::move(rule);
}

}  // namespace valetkey::services
