#pragma once
#include "adapters/javascriptcore/frame.hpp"
#include "adapters/javascriptcore/worker/engine.hpp"

namespace valetkey::adapters::javascriptcore::worker {

struct Done {
  Frame frame;            ///< kResult or kFailure
  bool is_spent = false;  ///< something of the call may be left in the process: it must end
};

/// Runs one call, a frame kCall, in a realm of its own. What the script asks goes over the channel.
Done run_call(const Engine& engine, JSContextGroupRef group, const Frame& call);

}  // namespace valetkey::adapters::javascriptcore::worker
