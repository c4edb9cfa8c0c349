#pragma once

namespace valetkey::services {

/// What a config service sees of the broker (catalog/valetkey.d.ts), for ScriptCall::prelude. The broker believes nothing of it: what
/// counts is checked where `ask` leads to.
extern const char* const kPrelude;

}  // namespace valetkey::services
