#include "services/verify/secret_keys.hpp"

#include <fmt/format.h>

#include "model/encoding.hpp"
#include "services/mac.hpp"

namespace valetkey::services::verify {
namespace {

constexpr std::string_view kWhat = "secret";

/// `id:value`: the value, where the id is the one that is asked for.
std::optional<std::string_view> chosen(std::string_view text, std::string_view id) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos || text.substr(0, colon) != id) return std::nullopt;
  return text.substr(colon + 1);
}

std::optional<std::string> decoded_key(KeySource::Decode decode, std::string_view text) {
  using Decode = KeySource::Decode;
  switch (decode) {
    case Decode::kHex:
    case Decode::kRawHex: return model::from_hex(text);
    case Decode::kBase64:
    case Decode::kSpkiBase64: return model::from_base64(text);
    case Decode::kBase64Url: return model::from_base64url(text);
    case Decode::kUtf8:
    case Decode::kPem: return std::string(text);
  }
  return std::nullopt;
}

model::Secret derived(KeySource::Derive derive, std::string bytes) {
  if (derive == KeySource::Derive::kNone) return model::Secret(std::move(bytes));
  model::Secret key(digest_of(derive == KeySource::Derive::kSha1 ? HashAlgorithm::kSha1 : HashAlgorithm::kSha256, bytes));
  model::Secret::wipe(bytes);
  return key;
}

}  // namespace

Finding<std::vector<model::Secret>> secret_keys(const KeySource& source, const EndpointValues& values, const Facts& facts, Trace& trace) {
  const auto found = values.secrets.find(source.secret);
  if (found == values.secrets.end() || found->second.empty())
    return trace.rejected("secret_missing", kWhat, fmt::format("the endpoint has no secret {}", source.secret));
  const auto id = source.select ? text_of(source.select, facts) : std::optional<std::string>();
  if (source.select && (!id || id->empty()))
    return trace.rejected("secret_missing", kWhat,
                          fmt::format("the request does not say which value of {} it is signed with", source.secret));
  std::vector<model::Secret> keys;
  keys.reserve(found->second.size());
  std::size_t unreadable = 0;
  for (const auto& secret : found->second) {
    auto text = secret.reveal();
    if (id) {
      const auto value = chosen(text, *id);
      if (!value) continue;
      text = *value;
    }
    if (text.starts_with(source.strip_prefix)) text.remove_prefix(source.strip_prefix.size());
    auto bytes = decoded_key(source.decode, text);
    if (bytes && !bytes->empty()) keys.push_back(derived(source.derive, std::move(*bytes)));
    else ++unreadable;
  }
  if (unreadable > 0) trace.passed_over(kWhat, fmt::format("{} of the values of {} cannot be read", unreadable, source.secret));
  if (!keys.empty()) return keys;
  if (unreadable > 0)
    return trace.rejected("secret_unusable", kWhat, fmt::format("no value of {} can be read as the scheme needs it", source.secret));
  return trace.rejected("secret_missing", kWhat, fmt::format("no value of {} is the one that the request names", source.secret));
}

}  // namespace valetkey::services::verify
