#pragma once
#include <optional>

#include "services/expressions/evaluation.hpp"
#include "services/parse/decoded_request.hpp"

namespace valetkey::services::verify {

/// A request as verification looks at it: decoded only when something asks for what is inside, since most signatures cover raw bytes
/// and most requests need no look into them. Request, values and rule outlive it.
class RequestView {
 public:
  RequestView(const Incoming& request, const EndpointValues& values, const ParseRule* rule);

  [[nodiscard]] const Incoming& request() const { return request_; }
  [[nodiscard]] const EndpointValues& values() const { return values_; }
  /// With body, form and query.
  const Facts& decoded();
  /// With no more than what is at hand where that is enough.
  const Facts& facts_for(const std::vector<Condition>& conditions);
  const Facts& facts_for(const std::vector<Check>& checks);
  const Facts& facts_for(const Expr& expression);

 private:
  const Incoming& request_;
  const EndpointValues& values_;
  const ParseRule* rule_;
  Facts plain_;
  std::optional<DecodedRequest> decoded_;
};

}  // namespace valetkey::services::verify
