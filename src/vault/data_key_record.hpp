#pragma once
#include <optional>
#include <string>
#include <vector>

#include "model/error.hpp"
#include "model/row.hpp"
#include "vault/place.hpp"

namespace valetkey::vault {

/// A data key under one root key.
struct Wrap {
  std::string root;
  std::string wrapped;  ///< raw bytes
};

enum class KeyState {
  kCurrent,  ///< seals and opens
  kRetired,  ///< opens what it sealed, until that is sealed anew
};

/// A data key as it is stored. The integrity key is one of the installation (tenant "").
struct DataKeyRecord {
  std::string id;
  std::string tenant;
  std::string purpose;
  std::int64_t revision = 0;
  KeyState state = KeyState::kCurrent;
  std::vector<Wrap> wraps;         ///< the same key under each
  std::int64_t seals_reserved = 0;  ///< never below the seals that were made (S40)
  std::optional<model::WallTime> retired_at;
};

std::string_view to_string(Purpose purpose);
std::string_view to_string(KeyState state);

model::Row to_row(const DataKeyRecord& record);
model::Result<DataKeyRecord> data_key_from_row(const model::Row& row);

/// What a wrap authenticates: a wrapped key that was moved to another tenant or purpose does not open.
std::string wrap_context(const DataKeyRecord& record);

/// The row that names the current key of a tenant and purpose. It makes "the first key" and "the next key" one compare-and-set:
/// two nodes that seal first cannot both make a current key.
struct CurrentKeyRecord {
  std::string tenant;
  std::string purpose;
  std::int64_t revision = 0;
  std::string data_key;
};
std::string current_key_id(std::string_view purpose, std::string_view tenant);
model::Row to_row(const CurrentKeyRecord& record);
model::Result<CurrentKeyRecord> current_key_from_row(const model::Row& row);
/// Rows of the table that are no keys.
bool is_current_key_row(const model::Row& row);

}  // namespace valetkey::vault
