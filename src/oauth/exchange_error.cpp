#include "oauth/exchange_error.hpp"

#include <fmt/format.h>

namespace valetkey::oauth {

model::Error error_of(const TokenFailure& failure, std::string_view doing) {
  const auto told = [&](std::string_view what) {
    return fmt::format("{}: {}: {}{}{}", doing, what, failure.code, failure.description.empty() ? "" : " ", failure.description);
  };
  using model::Code;
  switch (failure.meaning) {
    case Meaning::kGrantDead: return {.code = Code::kProviderRejected, .detail = told("the provider rejected it")};
    case Meaning::kClientRejected:
      return {.code = Code::kCredentialConfiguration,
              .detail = told("the provider rejects the client, correct its id, secret or authentication")};
    case Meaning::kRejected: return {.code = Code::kProviderRejected, .detail = told("the provider refused the request")};
    case Meaning::kTransient:
      return {.code = Code::kProviderUnavailable, .detail = told("the request was not processed"), .retry_after = failure.retry_after};
    case Meaning::kUnknown: return {.code = Code::kOutcomeUnknown, .detail = told("the provider gave no usable answer")};
  }
  std::unreachable();
}

}  // namespace valetkey::oauth
