#pragma once
#include <functional>
#include <string>

#include "oauth/client.hpp"
#include "oauth/token_response.hpp"
#include "oauth/token_step.hpp"

namespace valetkey::oauth {

/// One exchange at a token endpoint, with the place in the request budget already held.
struct Exchange {
  std::string url;                    ///< filled and canonical
  model::Parameters parameters;
  std::vector<std::string> secrets;   ///< values in `parameters` that must not appear in a description (S22)
  std::function<bool()> may_send;     ///< asked directly before the first byte leaves
  ports::TokenStep step;              ///< custom authentication: what its service gets in the place of `parameters`
};

/// Sends it, or has the service of a custom credential answer in its place (DESIGN 6), and reads the answer; one attempt. Only where the
/// server rejects the newest client secret while an older one is inside its rotation window, the older is tried too: a rejected client
/// spent nothing.
ports::Task<std::expected<TokenAnswer, TokenFailure>> exchange(Context& context, const Client& client, Exchange exchange);

/// The owner of a request in the budget.
RequestBudget::Owner budget_owner(const Client& client, const std::string& url);

}  // namespace valetkey::oauth
