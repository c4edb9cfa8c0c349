#pragma once
#include "adapters/upstream/call.hpp"

namespace valetkey::adapters::upstream {

/// Waits for the first piece of the request's body, if it has one, and makes call.out: the head, and that piece where it is small, so
/// that both leave in one write.
ports::Answer<void> prepare(Call& call);

/// Writes what the socket takes at once, and starts to send the rest, while the reply is read.
void start_sending(Call& call);

/// Ends the sending and waits until it has ended.
ports::Task<void> stop_sending(Call& call);

}  // namespace valetkey::adapters::upstream
