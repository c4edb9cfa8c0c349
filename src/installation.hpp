#pragma once
#include <string>

#include "config.hpp"
#include "model/tenant.hpp"
#include "ports/random.hpp"
#include "vault/records.hpp"

namespace valetkey {

/// Which copy of a store this is (DESIGN 5.8): SHA-256, in hex, over the machine (`machine_id`, else /etc/machine-id, else the host
/// name), the resolved data_dir and the inode of the database's directory, which must exist. Equal after every restart of one
/// installation; a copy on another machine or in another directory differs. Device numbers are not part of it: they change when a
/// machine boots.
model::Result<std::string> fingerprint_of(const Config& config);

/// At start, after the key ring and before anything else is stored: makes the record in an empty store. Where the fingerprint differs
/// from the stored one, the record is on hold and bound to the new place from then on, so that only `valetkey resume` ends it.
/// kIntegrity when the store holds tenants but no installation record.
ports::Answer<model::Installation> check_installation(const vault::Records& records, const ports::Clock& clock, ports::Random& random,
                                                      std::string fingerprint);

/// Puts the store on hold. `fingerprint` becomes that of the store, unless it is empty. kNotFound without an installation record.
ports::Answer<void> hold_installation(const vault::Records& records, const ports::Clock& clock, std::string fingerprint,
                                      std::string reason);

/// Ends the hold; true if there was one. `fingerprint` becomes that of the store, unless it is empty.
ports::Answer<bool> resume_installation(const vault::Records& records, const ports::Clock& clock, std::string fingerprint);

}  // namespace valetkey
