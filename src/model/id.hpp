#pragma once
#include <compare>
#include <functional>
#include <string>
#include <string_view>

#include "model/time.hpp"

namespace valetkey::model {

/// A record's identity: a prefix that names its kind and a UUIDv7 in base32 (RFC 9562), so that ids sort by birth.
template <class Tag>
class Id {
 public:
  Id() = default;
  explicit Id(std::string text) : text_(std::move(text)) {}
  [[nodiscard]] const std::string& str() const { return text_; }
  [[nodiscard]] bool empty() const { return text_.empty(); }
  static constexpr std::string_view prefix() { return Tag::kPrefix; }
  friend auto operator<=>(const Id&, const Id&) = default;

 private:
  std::string text_;
};

struct TenantTag {
  static constexpr std::string_view kPrefix = "ten_";
};
struct CredentialTag {
  static constexpr std::string_view kPrefix = "cred_";
};
struct ConnectionTag {
  static constexpr std::string_view kPrefix = "conn_";
};
struct GrantTag {
  static constexpr std::string_view kPrefix = "grant_";
};
struct ConnectSessionTag {
  static constexpr std::string_view kPrefix = "cs_";
};
struct ApiKeyTag {
  static constexpr std::string_view kPrefix = "key_";
};
struct EventTag {
  static constexpr std::string_view kPrefix = "evt_";
};
struct DataKeyTag {
  static constexpr std::string_view kPrefix = "dk_";
};

struct ServiceTag {
  static constexpr std::string_view kPrefix = "serv_";
};
struct EndpointTag {
  static constexpr std::string_view kPrefix = "ep_";
};
struct RequestTag {
  static constexpr std::string_view kPrefix = "req_";
};
struct DestinationTag {
  static constexpr std::string_view kPrefix = "dest_";
};
struct DeliveryTag {
  static constexpr std::string_view kPrefix = "dlv_";
};

using TenantId = Id<TenantTag>;
using CredentialId = Id<CredentialTag>;
using ConnectionId = Id<ConnectionTag>;
using GrantId = Id<GrantTag>;
using ConnectSessionId = Id<ConnectSessionTag>;
using ApiKeyId = Id<ApiKeyTag>;
using EventId = Id<EventTag>;
using DataKeyId = Id<DataKeyTag>;
using ServiceId = Id<ServiceTag>;
using EndpointId = Id<EndpointTag>;
using RequestId = Id<RequestTag>;
using DestinationId = Id<DestinationTag>;
using DeliveryId = Id<DeliveryTag>;

/// `prefix` + UUIDv7 of `now` and 10 random bytes in base32hex.
std::string make_id_text(std::string_view prefix, WallTime now, std::string_view random10);

}  // namespace valetkey::model

template <class Tag>
struct std::hash<valetkey::model::Id<Tag>> {
  std::size_t operator()(const valetkey::model::Id<Tag>& id) const noexcept { return std::hash<std::string>{}(id.str()); }
};
