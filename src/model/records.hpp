#pragma once
#include "model/config_service.hpp"
#include "model/connect_session.hpp"
#include "model/connection.hpp"
#include "model/credential.hpp"
#include "model/delivery.hpp"
#include "model/destination.hpp"
#include "model/endpoint.hpp"
#include "model/error.hpp"
#include "model/received_request.hpp"
#include "model/row.hpp"
#include "model/tenant.hpp"

namespace valetkey::model {

/// What a tenant stored as its own integration: the document as it was accepted.
struct CustomIntegration {
  std::string slug;
  TenantId tenant;
  std::int64_t revision = 0;
  std::string document;  ///< JSON, read by parse_integration()
  WallTime created_at{};
  WallTime updated_at{};
};

/// Each record as a Row and back. from_row answers kIntegrity for a document it cannot read; the MAC was checked before.
/// Row ids: the record's id; endpoint sets `{credential}/{number}`, custom integrations `{tenant}/{slug}`, the installation `installation`.
template <class Record>
inline constexpr Kind kKindOf = Kind::kInstallation;
template <>
inline constexpr Kind kKindOf<Tenant> = Kind::kTenant;
template <>
inline constexpr Kind kKindOf<ApiKey> = Kind::kApiKey;
template <>
inline constexpr Kind kKindOf<CustomIntegration> = Kind::kIntegration;
template <>
inline constexpr Kind kKindOf<CallbackKey> = Kind::kCallbackKey;
template <>
inline constexpr Kind kKindOf<Credential> = Kind::kCredential;
template <>
inline constexpr Kind kKindOf<EndpointSet> = Kind::kEndpointSet;
template <>
inline constexpr Kind kKindOf<Connection> = Kind::kConnection;
template <>
inline constexpr Kind kKindOf<Grant> = Kind::kGrant;
template <>
inline constexpr Kind kKindOf<ConnectSession> = Kind::kConnectSession;
template <>
inline constexpr Kind kKindOf<Flow> = Kind::kFlow;
template <>
inline constexpr Kind kKindOf<ConfigService> = Kind::kConfigService;
template <>
inline constexpr Kind kKindOf<ServiceVersion> = Kind::kServiceVersion;
template <>
inline constexpr Kind kKindOf<Endpoint> = Kind::kEndpoint;
template <>
inline constexpr Kind kKindOf<EndpointKey> = Kind::kEndpointKey;
template <>
inline constexpr Kind kKindOf<ReceivedRequest> = Kind::kReceivedRequest;
template <>
inline constexpr Kind kKindOf<SeenEvent> = Kind::kSeenEvent;
template <>
inline constexpr Kind kKindOf<Destination> = Kind::kDestination;
template <>
inline constexpr Kind kKindOf<Delivery> = Kind::kDelivery;
template <>
inline constexpr Kind kKindOf<EventCursor> = Kind::kEventCursor;

template <class Record>
Row to_row(const Record& record);
template <class Record>
Result<Record> from_row(const Row& row);

std::string endpoint_set_id(const CredentialId& credential, std::int64_t number);
std::string service_version_id(const ServiceId& service, std::int64_t number);
std::string custom_integration_id(const TenantId& tenant, std::string_view slug);

#define VALETKEY_DECLARE_ROW(Record) \
  template <>                        \
  Row to_row(const Record& record);  \
  template <>                        \
  Result<Record> from_row(const Row& row)
VALETKEY_DECLARE_ROW(Installation);
VALETKEY_DECLARE_ROW(Tenant);
VALETKEY_DECLARE_ROW(ApiKey);
VALETKEY_DECLARE_ROW(CustomIntegration);
VALETKEY_DECLARE_ROW(CallbackKey);
VALETKEY_DECLARE_ROW(Credential);
VALETKEY_DECLARE_ROW(EndpointSet);
VALETKEY_DECLARE_ROW(Connection);
VALETKEY_DECLARE_ROW(Grant);
VALETKEY_DECLARE_ROW(ConnectSession);
VALETKEY_DECLARE_ROW(Flow);
VALETKEY_DECLARE_ROW(ConfigService);
VALETKEY_DECLARE_ROW(ServiceVersion);
VALETKEY_DECLARE_ROW(Endpoint);
VALETKEY_DECLARE_ROW(EndpointKey);
VALETKEY_DECLARE_ROW(ReceivedRequest);
VALETKEY_DECLARE_ROW(SeenEvent);
VALETKEY_DECLARE_ROW(Destination);
VALETKEY_DECLARE_ROW(Delivery);
VALETKEY_DECLARE_ROW(EventCursor);
#undef VALETKEY_DECLARE_ROW

}  // namespace valetkey::model
