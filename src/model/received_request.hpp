#pragma once
#include <optional>
#include <string>

#include "model/id.hpp"
#include "model/sealed.hpp"

namespace valetkey::model {

enum class RequestKind { kWebhook, kAction };
enum class RequestState {
  kReceived,   ///< its events are to be attributed and published
  kUnparsed,   ///< verified, but the parser failed: parsed again later
  kUnmatched,  ///< published; some event found no connection and is matched when one appears
  kPublished,
};

/// A verified request as it arrived: the durable write before the answer. Column `due_at`: when the broker looks at it again.
struct ReceivedRequest {
  RequestId id;
  TenantId tenant;
  std::int64_t revision = 0;
  EndpointId endpoint;
  CredentialId credential;
  ConnectionId connection;            ///< of an endpoint of one connection; else empty
  std::string integration;
  RequestKind kind = RequestKind::kWebhook;
  RequestState state = RequestState::kReceived;
  std::string verification;           ///< what verified it: preset/slack; `none`
  Sealed raw;                         ///< method, path, query, headers, body, as one JSON document (S34)
  Sealed messages;                    ///< its normalised events, JSON array; empty while unparsed
  int failures = 0;                   ///< of parsing, in a row
  std::string last_error;             ///< code
  std::optional<WallTime> due_at;     ///< nullopt: nothing is left to do
  WallTime received_at{};
};

/// That an event of an endpoint was seen (S29). Row id: `{endpoint}/{digest}`.
struct SeenEvent {
  std::string id;
  TenantId tenant;
  std::int64_t revision = 0;
  std::string request;                ///< id of the first request with it
  WallTime expires_at{};
};

}  // namespace valetkey::model
