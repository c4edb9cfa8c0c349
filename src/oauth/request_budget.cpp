#include "oauth/request_budget.hpp"

#include <utility>
#include <vector>

namespace valetkey::oauth {
namespace {

int in_use(const std::map<std::string, int>& counts, const std::string& key) {
  const auto found = counts.find(key);
  return found == counts.end() ? 0 : found->second;
}

void release(std::map<std::string, int>& counts, const std::string& key) {
  const auto found = counts.find(key);
  if (--found->second == 0) counts.erase(found);
}

}  // namespace

bool RequestBudget::fits(const Owner& owner) const {
  return in_use(origins_, owner.origin) < limits_.per_origin && in_use(tenants_, owner.tenant) < limits_.per_tenant &&
         in_use(credentials_, owner.credential) < limits_.per_credential;
}

RequestBudget::Permit RequestBudget::take(const Owner& owner) {
  ++origins_[owner.origin];
  ++tenants_[owner.tenant];
  ++credentials_[owner.credential];
  return Permit(static_cast<void*>(this), [this, owner](void*) { give_back(owner); });
}

std::optional<RequestBudget::Waiting> RequestBudget::next() {
  if (queues_.empty()) return std::nullopt;
  auto turn = queues_.upper_bound(last_served_);
  for (std::size_t looked = 0; looked < queues_.size(); ++looked, ++turn) {
    if (turn == queues_.end()) turn = queues_.begin();
    auto& queue = turn->second;
    for (auto waiting = queue.begin(); waiting != queue.end(); ++waiting) {
      if (!fits(waiting->owner)) continue;
      std::optional<Waiting> chosen(std::move(*waiting));
      last_served_ = turn->first;
      queue.erase(waiting);
      if (queue.empty()) queues_.erase(turn);
      return chosen;
    }
  }
  return std::nullopt;
}

void RequestBudget::give_back(const Owner& owner) {
  // One place given back can be what several waited for: one of them the origin, another the tenant.
  std::vector<std::pair<Waiting, Permit>> served;
  {
    const std::lock_guard lock(mutex_);
    release(origins_, owner.origin);
    release(tenants_, owner.tenant);
    release(credentials_, owner.credential);
    while (auto waiting = next()) {
      auto permit = take(waiting->owner);
      served.emplace_back(std::move(*waiting), std::move(permit));
    }
  }
  for (auto& [waiting, permit] : served) waiting.resume(std::move(permit));
}

ports::Task<RequestBudget::Permit> RequestBudget::acquire(Owner owner) {
  return ports::completed_by<Permit>([this, owner = std::move(owner)](ports::Completion<Permit> resume) {
    Permit ready;
    {
      const std::lock_guard lock(mutex_);
      if (!fits(owner)) {
        queues_[owner.tenant].push_back({owner, std::move(resume)});
        return;
      }
      ready = take(owner);
    }
    resume(std::move(ready));
  });
}

}  // namespace valetkey::oauth
