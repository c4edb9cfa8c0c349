#pragma once
#include <memory>
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

  explicit RequestBudget(BudgetLimits limits = {});
  RequestBudget(const RequestBudget&) = delete;

  ports::Task<Permit> acquire(Owner owner);

 private:
  class Places;
  std::shared_ptr<Places> places_;  ///< what a permit gives back to, unless it outlives the budget: tasks end after the engine
};

}  // namespace valetkey::oauth
