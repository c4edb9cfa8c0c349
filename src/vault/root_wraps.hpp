#pragma once
#include "ports/key_wrapper.hpp"
#include "vault/data_key_record.hpp"

namespace valetkey::vault {

/// Puts data keys under the root key that wraps now, and under the recovery key if there is one (S42).
class RootWraps {
 public:
  /// `recovery` may be null; it only wraps. Both outlive this.
  RootWraps(ports::KeyWrapper& root, ports::KeyWrapper* recovery) : root_(root), recovery_(recovery) {}

  [[nodiscard]] ports::Answer<std::vector<Wrap>> wrap(model::Secret key, std::string context) const;
  /// Tries each wrap of the record. kKeyUnavailable names the root keys that could.
  [[nodiscard]] ports::Answer<model::Secret> unwrap(DataKeyRecord record) const;
  /// Exactly the wraps that wrap() makes now.
  [[nodiscard]] bool is_up_to_date(const DataKeyRecord& record) const;

 private:
  ports::KeyWrapper& root_;
  ports::KeyWrapper* recovery_;
};

}  // namespace valetkey::vault
