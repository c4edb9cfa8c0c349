#include "services/keys/key_cache.hpp"

#include <algorithm>

namespace valetkey::services {
namespace {

bool has_key(const verify::KeySet& keys, const std::string& kid) {
  return kid.empty() || std::ranges::any_of(keys, [&](const verify::FetchedKey& key) { return key.kid.empty() || key.kid == kid; });
}

template <class Map, class IsOver>
void make_room(Map& map, std::size_t most, IsOver is_over) {
  if (map.size() < most) return;
  std::erase_if(map, [&](const auto& one) { return is_over(one.second); });
  if (map.size() >= most) map.clear();
}

}  // namespace

std::optional<KeyAnswer> KeyCache::look(const std::string& address, const std::string& kid, const std::string& source, int most_new,
                                        model::BootTime now) {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(address);
  if (found != entries_.end() && now < found->second.until) {
    auto& entry = found->second;
    if (!entry.answer || has_key(**entry.answer, kid) || now - entry.asked_at < kAskAgainAfter) return entry.answer;
    // Only one of those who come now asks again; should its fetch fail, the set that is there is good for the next minute.
    entry.asked_at = now;
    return std::nullopt;
  }
  // An address that failed is as good as a new one: else whoever has made up a thousand could have them all asked for again.
  const auto is_known = found != entries_.end() && found->second.answer;
  if (!is_known && most_new > 0 && !may_be_new(source, most_new, now))
    return std::unexpected(KeyFailure{.why = "too many different keys were asked for within a minute"});
  return std::nullopt;
}

bool KeyCache::may_be_new(const std::string& source, int most_new, model::BootTime now) {
  make_room(budgets_, kMostEntries, [&](const Budget& budget) { return now - budget.since >= kAskAgainAfter; });
  auto& budget = budgets_[source];
  if (budget.used == 0 || now - budget.since >= kAskAgainAfter) budget = {.since = now};
  if (budget.used >= most_new) return false;
  ++budget.used;
  return true;
}

void KeyCache::put(const std::string& address, const FetchedKeys& fetched, model::BootTime now) {
  const std::lock_guard lock(mutex_);
  make_room(entries_, kMostEntries, [&](const Entry& entry) { return now >= entry.until; });
  const auto found = entries_.find(address);
  // A failure does not take away keys whose time is not over.
  if (!fetched.answer && found != entries_.end() && found->second.answer && now < found->second.until) return;
  entries_.insert_or_assign(address, Entry{.answer = fetched.answer, .asked_at = now, .until = now + fetched.keep_for});
}

}  // namespace valetkey::services
