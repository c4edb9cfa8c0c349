#pragma once
#include "calls/account_calls.hpp"
#include "http/resources/read_counts.hpp"
#include "http/router.hpp"

namespace valetkey::http {

struct ProxyWorld {
  calls::AccountCalls& calls;
  ReadCounts& read_counts;
};

/// `ANY /v1/proxy/{connection}/{path...}` (scope proxy): a call to the API of the connected account, streamed both ways; and without a
/// path, the base URI itself.
void add_proxy_routes(Router& router, ProxyWorld world);

}  // namespace valetkey::http
