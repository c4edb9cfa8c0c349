#include <array>

#include "services/document/parts.hpp"

namespace valetkey::services {
namespace {

using model::JsonReader;

constexpr std::int64_t kDay = 86400;
constexpr std::size_t kMostAlgorithms = 10;

void read_algorithm(JsonReader& reader, Alternative& out) {
  const auto is_required = out.scheme == Scheme::kHmac || out.scheme == Scheme::kHash || out.scheme == Scheme::kAsymmetric;
  if (is_required && !reader.has("algorithm")) reader.error("algorithm", "is required");
  if (out.scheme == Scheme::kAsymmetric) read_choice(reader, "algorithm", out.asymmetric);
  else if (is_required) read_choice(reader, "algorithm", out.hash);
  else if (reader.raw("algorithm") != nullptr)
    reader.error("algorithm", out.scheme == Scheme::kJwt ? "a jwt has algorithms" : "the scheme has none");
}

void read_algorithms(JsonReader& reader, Alternative& out) {
  const auto names = reader.optional_strings("algorithms", kMostAlgorithms);
  if (out.scheme != Scheme::kJwt) {
    if (names) reader.error("algorithms", "only a jwt has algorithms");
    return;
  }
  if (!names || names->empty()) reader.error("algorithms", "is required: the token does not choose");
  bool is_shared = false;
  bool is_public = false;
  for (const auto& name : names.value_or(std::vector<std::string>{})) {
    const auto algorithm = spelled<JwtAlgorithm>(name);
    if (!algorithm) {
      reader.error("algorithms", name + " is not one of the accepted values: " + spellings_of<JwtAlgorithm>());
      continue;
    }
    (name.starts_with("HS") ? is_shared : is_public) = true;
    out.algorithms.push_back(*algorithm);
  }
  if (is_shared && is_public) reader.error("algorithms", "HS and others never together: a public key would become a shared secret");
}

void read_body_digest(JsonReader& reader, Alternative& out) {
  auto inner = reader.optional_object("body_digest");
  if (!inner) return;
  BodyDigest digest;
  if (!inner->has("from")) inner->error("from", "is required");
  read_choice(*inner, "from", digest.from);
  digest.name = digest.from == BodyDigest::From::kHeader ? read_header_name(*inner, "name") : inner->string_or("name", "");
  if (digest.name.empty()) inner->error("name", "is required");
  read_choice(*inner, "algorithm", digest.algorithm);
  read_choice(*inner, "encoding", digest.encoding);
  if (digest.from == BodyDigest::From::kClaim && out.scheme != Scheme::kJwt) inner->error("from", "only a jwt has claims");
  inner->finish();
  out.body_digest = std::move(digest);
}

void read_replay(JsonReader& reader, Alternative& out, Reading& reading) {
  auto inner = reader.optional_object("replay");
  if (!inner) return;
  if (!inner->has("id")) inner->error("id", "is required");
  if (!inner->has("for")) inner->error("for", "is required");
  out.replay_id = read_expression(*inner, "id", reading);
  out.replay_for = read_seconds(*inner, "for", 1, 30 * kDay).value_or(model::Seconds{0});
  inner->finish();
}

/// Whether a piece brings in what the body says.
bool is_of_body(const Piece& piece) {
  using Of = Piece::Of;
  constexpr std::array kOfBody{Of::kRaw, Of::kSortedForm, Of::kDigest, Of::kCrc32, Of::kLines, Of::kJoin, Of::kBody, Of::kForm};
  for (const auto of : kOfBody)
    if (piece.of == of) return true;
  return false;
}

/// Without a word in the document: what the scheme itself covers.
bool covers_by_itself(const Alternative& alternative) {
  if (alternative.body_digest) return true;
  for (const auto& piece : alternative.message)
    if (is_of_body(piece)) return true;
  return false;
}

}  // namespace

Alternative read_alternative(JsonReader& reader, Reading& reading) {
  Alternative out;
  out.name = reader.string_or("name", "", {.least = 1, .most = 64});
  out.when = read_conditions(reader, "when", reading);
  if (!reader.has("scheme")) reader.error("scheme", "is required");
  read_choice(reader, "scheme", out.scheme);
  read_algorithm(reader, out);
  read_algorithms(reader, out);
  read_key(reader, out, reading);
  read_signature(reader, out, reading);
  read_message(reader, out, reading);
  read_timestamp(reader, out, reading);
  read_body_digest(reader, out);
  read_claims(reader, out, reading);
  out.covers_body = reader.optional_bool("covers_body").value_or(covers_by_itself(out));
  out.identity = read_checks(reader, "identity", reading);
  read_replay(reader, out, reading);
  out.needs_choice = reader.optional_bool("needs_choice").value_or(false);
  if (out.needs_choice) reading.parameters.push_back({"allow_weak", model::pointer_to(reader.pointer(), "needs_choice")});
  check_scheme(out, reader.pointer(), reader, reading);
  reader.finish();
  return out;
}

}  // namespace valetkey::services
