#pragma once
#include <atomic>

#include "http/host_check.hpp"
#include "http/server/forwarded.hpp"
#include "http/server/settings.hpp"
#include "http/server/world.hpp"

namespace valetkey::http::server {

/// What every connection of a server shares; outlives them.
struct Rules {
  Limits limits;
  HostCheck hosts;
  Forwarded forwarded;
  Answerer answerer;
  StreamHooks hooks;
  World world;
  std::atomic<bool> draining{false};
  std::atomic<std::size_t> live{0};     ///< connections
  std::atomic<std::size_t> streams{0};  ///< streamed requests under way
};

}  // namespace valetkey::http::server
