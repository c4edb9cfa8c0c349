#pragma once
#include <memory>

#include "adapters/javascriptcore/frame.hpp"
#include "adapters/javascriptcore/worker/engine.hpp"

namespace valetkey::adapters::javascriptcore::worker {

struct Done {
  Frame frame;            ///< kResult or kFailure
  bool is_spent = false;  ///< something of the call may be left in the process: it must end
};

/// Where one call runs, and nothing else before or after it. Making one takes as long as a call: it is made before the call is there.
class Realm {
 public:
  virtual ~Realm() = default;
  /// Runs a frame kCall, once. What the script asks goes over the channel.
  virtual Done run(const Frame& call) = 0;
};

/// `engine` outlives it.
std::unique_ptr<Realm> make_realm(const Engine& engine, JSContextGroupRef group);

}  // namespace valetkey::adapters::javascriptcore::worker
