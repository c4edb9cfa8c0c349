#pragma once
#include <string>
#include <vector>

#include "ports/rescue.hpp"
#include "vault/records.hpp"

namespace valetkey::vault {

struct ResealReport {
  std::int64_t records = 0;            ///< written with fields under the current key
  std::vector<std::string> forgotten;  ///< retired data keys that are gone now
  std::vector<std::string> kept;       ///< retired data keys that wait, or that something is still sealed by
  std::vector<model::Error> failures;  ///< fields that do not open; they keep their key. At most 100
};

/// Moves a tenant's secrets from retired data keys to the current one while the broker serves, and forgets the keys that nothing is
/// sealed by. Every record is written by compare-and-set, so that a refresh in between wins. Repeatable after a crash; run it after
/// rotate_data_key(), and then now and then until `kept` is empty.
class Reseal {
 public:
  /// A key is forgotten only when it has been retired for `grace`: a writer may still hold bytes that it sealed, such as a token that
  /// could not be saved while the store was away (DESIGN 5.3). All arguments outlive this.
  Reseal(const Records& records, KeyRing& keys, const ports::Clock& clock, ports::Rescue& rescue,
         model::Milliseconds grace = std::chrono::hours(24));

  ports::Answer<ResealReport> run(model::TenantId tenant);

 private:
  struct Pass;
  template <class Record>
  ports::Answer<void> walk(Pass& pass);
  template <class Record>
  ports::Answer<void> move(Pass& pass, Record record);
  template <class Record>
  ports::Answer<void> save(const Record& record);
  ports::Answer<void> find_other_uses(Pass& pass);
  ports::Answer<void> forget_unused(Pass& pass, std::vector<RetiredDataKey> retired);

  const Records& records_;
  KeyRing& keys_;
  const ports::Clock& clock_;
  ports::Rescue& rescue_;
  model::Milliseconds grace_;
};

}  // namespace valetkey::vault
