#pragma once
#include <string>
#include <vector>

#include "model/id.hpp"
#include "model/sealed.hpp"

namespace valetkey::model {

enum class Implementation { kDeclarative, kScript, kHttp };

/// A tenant's own config service: its head. What it does stands in its versions.
struct ConfigService {
  ServiceId id;
  TenantId tenant;
  std::int64_t revision = 0;
  std::string name;                ///< for people, unique in the tenant
  std::string description;
  Implementation implementation = Implementation::kDeclarative;
  std::vector<std::string> kinds;  ///< webhook_parser, ...: what it can be used as
  std::int64_t version = 0;        ///< the current one
  Sealed signing_secret;           ///< http: what requests to it are signed with
  WallTime created_at{};
  WallTime updated_at{};
};

/// One version of a config service; never changed. Row id `{service}/{number}`.
struct ServiceVersion {
  ServiceId service;
  TenantId tenant;
  std::int64_t number = 0;
  std::int64_t revision = 0;
  std::vector<std::string> kinds;
  std::string text;                ///< declarative: the document as JSON; script: JavaScript; http: the URL
  WallTime created_at{};
  std::string created_by;          ///< key id
};

}  // namespace valetkey::model
