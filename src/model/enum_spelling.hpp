#pragma once
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "model/config_service.hpp"
#include "model/connect_session.hpp"
#include "model/connection.hpp"
#include "model/credential.hpp"
#include "model/delivery.hpp"
#include "model/endpoint.hpp"
#include "model/received_request.hpp"
#include "model/tenant.hpp"

namespace valetkey::model {

/// How each value of an enum is written, in the API and in stored documents alike. A spelling never changes once released.
template <class Enum>
using Spellings = std::span<const std::pair<std::string_view, Enum>>;

template <class Enum>
Spellings<Enum> spellings();
template <>
Spellings<GrantType> spellings();
template <>
Spellings<Completion> spellings();
template <>
Spellings<ClientAuthentication> spellings();
template <>
Spellings<Rotation> spellings();
template <>
Spellings<AccountSource::From> spellings();
template <>
Spellings<FilledBy> spellings();
template <>
Spellings<TokenBody> spellings();
template <>
Spellings<RefreshBy> spellings();
template <>
Spellings<LifetimeUnit> spellings();
template <>
Spellings<ResetUnit> spellings();
template <>
Spellings<ConnectionState> spellings();
template <>
Spellings<Attempt> spellings();
template <>
Spellings<SessionState> spellings();
template <>
Spellings<KeyRole> spellings();
template <>
Spellings<DeliveryState> spellings();
template <>
Spellings<RequestKind> spellings();
template <>
Spellings<RequestState> spellings();
template <>
Spellings<Verification> spellings();
template <>
Spellings<Implementation> spellings();

template <class Enum>
std::string_view spelling(Enum value) {
  for (const auto& [text, known] : spellings<Enum>())
    if (known == value) return text;
  std::unreachable();
}

template <class Enum>
std::optional<Enum> spelled(std::string_view text) {
  for (const auto& [known, value] : spellings<Enum>())
    if (known == text) return value;
  return std::nullopt;
}

}  // namespace valetkey::model
