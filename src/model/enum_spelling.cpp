#include "model/enum_spelling.hpp"

#include <array>

namespace valetkey::model {
namespace {

template <class Enum, std::size_t kCount>
using Table = std::array<std::pair<std::string_view, Enum>, kCount>;

constexpr Table<GrantType, 3> kGrantTypes{{{"authorization_code", GrantType::kAuthorizationCode},
                                           {"password", GrantType::kPassword},
                                           {"client_credentials", GrantType::kClientCredentials}}};
constexpr Table<Completion, 2> kCompletions{{{"confirmed", Completion::kConfirmed}, {"immediate", Completion::kImmediate}}};
constexpr Table<ClientAuthentication, 4> kClientAuthentications{{{"none", ClientAuthentication::kNone},
                                                                 {"client_secret_basic", ClientAuthentication::kBasic},
                                                                 {"client_secret_post", ClientAuthentication::kPost},
                                                                 {"basic_secret_only", ClientAuthentication::kBasicSecretOnly}}};
constexpr Table<Rotation, 3> kRotations{{{"none", Rotation::kNone}, {"strict", Rotation::kStrict}, {"grace", Rotation::kGrace}}};
constexpr Table<AccountSource::From, 5> kAccountSources{{{"nothing", AccountSource::From::kNothing},
                                                         {"token_response", AccountSource::From::kTokenResponse},
                                                         {"id_token", AccountSource::From::kIdToken},
                                                         {"userinfo", AccountSource::From::kUserinfo},
                                                         {"callback", AccountSource::From::kCallback}}};
constexpr Table<FilledBy, 5> kFilledBy{{{"operator", FilledBy::kOperator},
                                        {"end_user", FilledBy::kEndUser},
                                        {"callback", FilledBy::kCallback},
                                        {"token_response", FilledBy::kTokenResponse},
                                        {"lookup", FilledBy::kLookup}}};
constexpr Table<TokenBody, 3> kTokenBodies{{{"form", TokenBody::kForm}, {"json", TokenBody::kJson}, {"query", TokenBody::kQuery}}};
constexpr Table<RefreshBy, 4> kRefreshBy{{{"refresh_token", RefreshBy::kRefreshToken},
                                          {"exchange", RefreshBy::kExchange},
                                          {"regrant", RefreshBy::kRegrant},
                                          {"never", RefreshBy::kNever}}};
constexpr Table<LifetimeUnit, 2> kLifetimeUnits{{{"seconds", LifetimeUnit::kSeconds}, {"milliseconds", LifetimeUnit::kMilliseconds}}};
constexpr Table<ResetUnit, 3> kResetUnits{
    {{"seconds", ResetUnit::kSeconds}, {"unix_seconds", ResetUnit::kUnixSeconds}, {"unix_milliseconds", ResetUnit::kUnixMilliseconds}}};
constexpr Table<ConnectionState, 5> kConnectionStates{{{"awaiting_confirmation", ConnectionState::kAwaitingConfirmation},
                                                       {"active", ConnectionState::kActive},
                                                       {"needs_reconnect", ConnectionState::kNeedsReconnect},
                                                       {"held", ConnectionState::kHeld},
                                                       {"revoked", ConnectionState::kRevoked}}};
constexpr Table<Attempt, 3> kAttempts{{{"none", Attempt::kNone}, {"started", Attempt::kStarted}, {"unknown", Attempt::kUnknown}}};
constexpr Table<SessionState, 5> kSessionStates{{{"open", SessionState::kOpen},
                                                 {"bound", SessionState::kBound},
                                                 {"authorized", SessionState::kAuthorized},
                                                 {"completed", SessionState::kCompleted},
                                                 {"failed", SessionState::kFailed}}};
constexpr Table<KeyRole, 3> kKeyRoles{
    {{"tenant", KeyRole::kTenant}, {"installation", KeyRole::kInstallation}, {"bootstrap", KeyRole::kBootstrap}}};
constexpr Table<Implementation, 3> kImplementations{
    {{"declarative", Implementation::kDeclarative}, {"script", Implementation::kScript}, {"http", Implementation::kHttp}}};
constexpr Table<Verification, 2> kVerifications{{{"service", Verification::kService}, {"none", Verification::kNone}}};
constexpr Table<RequestState, 4> kRequestStates{{{"received", RequestState::kReceived},
                                                 {"unparsed", RequestState::kUnparsed},
                                                 {"unmatched", RequestState::kUnmatched},
                                                 {"published", RequestState::kPublished}}};
constexpr Table<RequestKind, 2> kRequestKinds{{{"webhook", RequestKind::kWebhook}, {"action", RequestKind::kAction}}};
constexpr Table<DeliveryState, 4> kDeliveryStates{{{"pending", DeliveryState::kPending},
                                                   {"delivered", DeliveryState::kDelivered},
                                                   {"dead", DeliveryState::kDead},
                                                   {"cancelled", DeliveryState::kCancelled}}};

}  // namespace

template <>
Spellings<GrantType> spellings() {
  return kGrantTypes;
}
template <>
Spellings<Completion> spellings() {
  return kCompletions;
}
template <>
Spellings<ClientAuthentication> spellings() {
  return kClientAuthentications;
}
template <>
Spellings<Rotation> spellings() {
  return kRotations;
}
template <>
Spellings<AccountSource::From> spellings() {
  return kAccountSources;
}
template <>
Spellings<FilledBy> spellings() {
  return kFilledBy;
}
template <>
Spellings<TokenBody> spellings() {
  return kTokenBodies;
}
template <>
Spellings<RefreshBy> spellings() {
  return kRefreshBy;
}
template <>
Spellings<LifetimeUnit> spellings() {
  return kLifetimeUnits;
}
template <>
Spellings<ResetUnit> spellings() {
  return kResetUnits;
}
template <>
Spellings<ConnectionState> spellings() {
  return kConnectionStates;
}
template <>
Spellings<Attempt> spellings() {
  return kAttempts;
}
template <>
Spellings<SessionState> spellings() {
  return kSessionStates;
}
template <>
Spellings<KeyRole> spellings() {
  return kKeyRoles;
}

template <>
Spellings<Implementation> spellings() {
  return kImplementations;
}
template <>
Spellings<Verification> spellings() {
  return kVerifications;
}
template <>
Spellings<RequestState> spellings() {
  return kRequestStates;
}
template <>
Spellings<RequestKind> spellings() {
  return kRequestKinds;
}
template <>
Spellings<DeliveryState> spellings() {
  return kDeliveryStates;
}

}  // namespace valetkey::model
