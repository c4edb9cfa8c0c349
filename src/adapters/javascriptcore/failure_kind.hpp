#pragma once

namespace valetkey::adapters::javascriptcore {

/// Why a call failed, as a worker tells it; in the order of ports::ScriptFailure::Kind, which a worker does not include.
enum class ScriptFailure : char { kSyntax, kException, kTimeout, kMemory, kEnded, kTooLarge, kUnavailable, kNoFunction };

}  // namespace valetkey::adapters::javascriptcore
