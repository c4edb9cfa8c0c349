#pragma once
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "services/keys/fetched_keys.hpp"

namespace valetkey::services {

/// What was fetched, by address; and how often may be fetched, since who asks is not known yet (S30). A set without the key id that a
/// token names is asked for again once a minute; addresses and key ids that come out of requests may be new so many times a minute per
/// `source`. Thread safe; times since boot.
class KeyCache {
 public:
  static constexpr model::Seconds kAskAgainAfter{60};
  static constexpr model::Seconds kFailureFor{30};
  static constexpr std::size_t kMostEntries = 1000;

  /// nullopt: fetch it now. `most_new` a minute for a `source`; 0: as many as there are.
  std::optional<KeyAnswer> look(const std::string& address, const std::string& kid, const std::string& source, int most_new,
                                model::BootTime now);
  void put(const std::string& address, const FetchedKeys& fetched, model::BootTime now);

 private:
  struct Entry {
    KeyAnswer answer;
    model::BootTime asked_at;
    model::BootTime until;
  };
  struct Budget {
    model::BootTime since;
    int used = 0;
  };
  bool may_be_new(const std::string& source, int most_new, model::BootTime now);

  std::mutex mutex_;
  std::unordered_map<std::string, Entry> entries_;
  std::unordered_map<std::string, Budget> budgets_;
};

}  // namespace valetkey::services
