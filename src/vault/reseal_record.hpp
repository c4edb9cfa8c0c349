#pragma once
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "vault/records.hpp"

namespace valetkey::vault {

using KeyIds = std::set<std::string, std::less<>>;

/// What became of the fields of one record.
struct Resealed {
  bool is_changed = false;
  KeyIds still_used;                  ///< retired keys of fields that do not open
  std::vector<model::Error> failures;
};

/// Seals each field that a key of `retired` sealed anew under the current key, in memory; saving is the caller's. An error means that
/// store or key service failed; a field that does not open is left as it is and told.
/// The references outlive the call.
ports::Answer<Resealed> reseal_record(const Records& records, KeyRing& keys, const KeyIds& retired, model::Grant& grant);
ports::Answer<Resealed> reseal_record(const Records& records, KeyRing& keys, const KeyIds& retired, model::EndpointSet& set);
ports::Answer<Resealed> reseal_record(const Records& records, KeyRing& keys, const KeyIds& retired, model::Endpoint& endpoint);
ports::Answer<Resealed> reseal_record(const Records& records, KeyRing& keys, const KeyIds& retired, model::Destination& destination);
ports::Answer<Resealed> reseal_record(const Records& records, KeyRing& keys, const KeyIds& retired, model::ConfigService& service);

/// Adds the keys of `retired` that seal what reseal_record() does not move: it is gone soon by itself.
void add_keys_of(const model::Flow& flow, const KeyIds& retired, KeyIds& used);

}  // namespace valetkey::vault
