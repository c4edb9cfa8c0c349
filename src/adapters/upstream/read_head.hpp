#pragma once
#include "adapters/upstream/call.hpp"
#include "adapters/upstream/reply_head.hpp"

namespace valetkey::adapters::upstream {

/// The head of the final reply; interim ones are skipped. kUpstreamBroken for what is not HTTP/1.1 as we read it (S14), or what the
/// call was ended by.
ports::Answer<ReplyHead> read_head(Call& call);

}  // namespace valetkey::adapters::upstream
