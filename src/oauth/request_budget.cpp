#include "oauth/request_budget.hpp"

#include <deque>
#include <map>
#include <mutex>
#include <optional>
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

class RequestBudget::Places : public std::enable_shared_from_this<RequestBudget::Places> {
 public:
  explicit Places(BudgetLimits limits) : limits_(limits) {}
  void enter(Owner owner, ports::Completion<Permit> resume);

 private:
  struct Waiting {
    Owner owner;
    ports::Completion<Permit> resume;
  };

  [[nodiscard]] bool fits(const Owner& owner) const;
  Permit take(const Owner& owner);
  void give_back(const Owner& owner);
  /// The next who fits, in tenant turn.
  std::optional<Waiting> next();

  BudgetLimits limits_;
  std::mutex mutex_;
  std::map<std::string, int> origins_, tenants_, credentials_;
  std::map<std::string, std::deque<Waiting>> queues_;  ///< by tenant
  std::string last_served_;
};

bool RequestBudget::Places::fits(const Owner& owner) const {
  return in_use(origins_, owner.origin) < limits_.per_origin && in_use(tenants_, owner.tenant) < limits_.per_tenant &&
         in_use(credentials_, owner.credential) < limits_.per_credential;
}

RequestBudget::Permit RequestBudget::Places::take(const Owner& owner) {
  ++origins_[owner.origin];
  ++tenants_[owner.tenant];
  ++credentials_[owner.credential];
  return Permit(static_cast<void*>(this), [held = weak_from_this(), owner](void*) {
    if (const auto places = held.lock()) places->give_back(owner);
  });
}

std::optional<RequestBudget::Places::Waiting> RequestBudget::Places::next() {
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

void RequestBudget::Places::give_back(const Owner& owner) {
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

void RequestBudget::Places::enter(Owner owner, ports::Completion<Permit> resume) {
  Permit ready;
  {
    const std::lock_guard lock(mutex_);
    if (!fits(owner)) {
      auto& queue = queues_[owner.tenant];
      queue.push_back({std::move(owner), std::move(resume)});
      return;
    }
    ready = take(owner);
  }
  resume(std::move(ready));
}

RequestBudget::RequestBudget(BudgetLimits limits) : places_(std::make_shared<Places>(limits)) {}

ports::Task<RequestBudget::Permit> RequestBudget::acquire(Owner owner) {
  return ports::completed_by<Permit>(
      [this, owner = std::move(owner)](ports::Completion<Permit> resume) { places_->enter(owner, std::move(resume)); });
}

}  // namespace valetkey::oauth
