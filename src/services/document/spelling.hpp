#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "services/service_document.hpp"

namespace valetkey::services {

/// How each value of an enum is written in a service document.
template <class Enum>
using Spellings = std::span<const std::pair<std::string_view, Enum>>;

template <class Enum>
Spellings<Enum> spellings();
template <>
Spellings<Encoding> spellings();
template <>
Spellings<HashAlgorithm> spellings();
template <>
Spellings<AsymmetricAlgorithm> spellings();
template <>
Spellings<JwtAlgorithm> spellings();
template <>
Spellings<Scheme> spellings();
template <>
Spellings<KeySource::Decode> spellings();
template <>
Spellings<KeySource::Derive> spellings();
template <>
Spellings<TimeUnit> spellings();
template <>
Spellings<BodyDigest::From> spellings();
template <>
Spellings<BodyFormat> spellings();
template <>
Spellings<TokenCheck::By> spellings();
template <>
Spellings<DeclaredSecret::From> spellings();
/// The pieces of a message that are one word.
template <>
Spellings<Piece::Of> spellings();

template <class Enum>
std::string_view spelling(Enum value) {
  for (const auto& [text, known] : spellings<Enum>())
    if (known == value) return text;
  return {};
}

template <class Enum>
std::optional<Enum> spelled(std::string_view text) {
  for (const auto& [known, value] : spellings<Enum>())
    if (known == text) return value;
  return std::nullopt;
}

/// All of them, for a message.
template <class Enum>
std::string spellings_of() {
  std::string out;
  for (const auto& [text, value] : spellings<Enum>()) out.append(out.empty() ? "" : ", ").append(text);
  return out;
}

}  // namespace valetkey::services
