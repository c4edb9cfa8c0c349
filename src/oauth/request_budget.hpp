#pragma once
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "ports/completion.hpp"

namespace valetkey::oauth {

struct BudgetLimits {
  int per_origin = 16;
  int per_tenant = 32;
  int per_credential = 8;
};

/// Bounds the token requests under way per origin, tenant and credential, so that a restart is no stampede and no tenant starves
/// another (DESIGN 5.6, S24): who waits is served tenant by tenant in turn. Thread safe.
class RequestBudget {
 public:
  struct Owner {
    std::string origin;
    std::string tenant;
    std::string credential;
  };
  /// Held while a request is under way; gives its place back when dropped.
  using Permit = std::shared_ptr<void>;

  explicit RequestBudget(BudgetLimits limits = {}) : limits_(limits) {}
  RequestBudget(const RequestBudget&) = delete;

  ports::Task<Permit> acquire(Owner owner);

 private:
  struct Waiting {
    Owner owner;
    ports::Completion<Permit> resume;
  };

  bool fits(const Owner& owner) const;
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

}  // namespace valetkey::oauth
