#pragma once
#include <optional>

#include "model/error.hpp"
#include "services/expressions/evaluation.hpp"
#include "services/incoming.hpp"

namespace valetkey::services {

/// The answer to a challenge of the document, of those before verification or of those after it (S25); nullopt: the request is none.
/// A challenge whose check fails, or whose value S26 does not allow, is a rejection with its reason. `so_far` is the verdict of the
/// verification, null before it: what it found stays in the answer. A handshake's secret stands in `store_*` only while
/// `accepts_handshake` and while the secret has no value (S31); a URL to fetch in `fetch_url`, its host checked.
std::optional<Verdict> answer_challenge(const ServiceDocument& document, const Incoming& request, const EndpointValues& values,
                                        bool is_signed_stage, const Verdict* so_far = nullptr);

/// The reply that the rule says. kInvalidInput for a value that S26 does not allow or that cannot stand in a header.
model::Result<Reply> reply_of(const ReplyRule& rule, const Facts& facts);

}  // namespace valetkey::services
