#pragma once
#include <optional>
#include <string>
#include <vector>

#include "model/credential_document.hpp"
#include "model/json_reader.hpp"

namespace valetkey::model {

/// One reading of a credential's document: where it comes from, what it becomes, and the faults by kind.
struct CredentialReading {
  JsonReader& reader;
  const Integration& integration;
  const CredentialRules& rules;
  bool is_new;
  CredentialInput& out;
  std::vector<FieldError>& errors;
  std::vector<FieldError>& later;      ///< known, but of a later version
  std::vector<FieldError>& forbidden;  ///< by the tenant's policy
};

/// Name, grant, client, lists: the members that are the credential's own.
void read_own_members(CredentialReading& reading);

/// The members that stand over the integration's.
void read_overrides(CredentialReading& reading);

/// Values of the placeholders the operator fills, and the names of the config services.
void read_named_values(CredentialReading& reading);

/// Rules between members, over the effective values.
void check_credential(CredentialReading& reading);

/// Asked of a member once, so that it is known: whether it was given, and whether it was null.
enum class Given { kNo, kNull, kValue };
Given given(JsonReader& reader, std::string_view name);

}  // namespace valetkey::model
