#pragma once

namespace valetkey::adapters::javascriptcore::worker {

/// JavaScript, a function (write, ask) -> {begin(prelude, called, input), fail(error), state{kind, text, line}}: console, and the way in
/// and out of a realm. `begin` never throws; the state is final once the microtasks are done.
extern const char* const kBaseScript;

}  // namespace valetkey::adapters::javascriptcore::worker
