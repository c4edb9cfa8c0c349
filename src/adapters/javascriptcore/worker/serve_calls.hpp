#pragma once

namespace valetkey::adapters::javascriptcore::worker {

/// A worker's whole life: opens the engine, gives up what it does not need, answers calls until the broker closes the channel. Answers
/// the exit status.
int serve_calls();

}  // namespace valetkey::adapters::javascriptcore::worker
