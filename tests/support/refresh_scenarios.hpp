#pragma once
#include <algorithm>
#include <stdexcept>
#include <vector>

#include "support/engine_rig.hpp"

namespace valetkey::test {

/// The same course of things for the standard refresh and for that of a service.

/// What each of `readers` gets who ask at once for a token that has ended; its renewal takes half a second.
inline std::vector<model::Result<oauth::LiveToken>> read_at_once(EngineRig& rig, const model::Connection& connection, int readers) {
  rig.clock.advance(model::Seconds{3601});
  rig.provider.script.push_back({.delay = model::Milliseconds{500}});
  std::vector<std::shared_ptr<std::optional<model::Result<oauth::LiveToken>>>> reads;
  reads.reserve(static_cast<std::size_t>(readers));
  for (int i = 0; i < readers; ++i) reads.push_back(rig.start_read(connection));
  rig.until([&] { return rig.provider.token_requests() == 1; });
  rig.pass(model::Seconds{1});
  rig.until([&] { return std::ranges::all_of(reads, [](const auto& read) { return read->has_value(); }); });
  std::vector<model::Result<oauth::LiveToken>> out;
  out.reserve(reads.size());
  for (auto& read : reads) out.push_back(std::move(**read));
  return out;
}

/// What a reader gets whose renewal is answered after 10 s, while another node, which believes this one dead, recorded the worst of the
/// same generation.
inline model::Result<oauth::LiveToken> read_with_late_answer(EngineRig& rig, const model::Connection& connection) {
  rig.clock.advance(model::Seconds{3601});
  rig.provider.script.push_back({.delay = model::Seconds{10}});
  const auto read = rig.start_read(connection);
  rig.until([&] { return rig.provider.token_requests() == 1; });
  auto grant = rig.grant_of(connection);
  grant.attempt = model::Attempt::kUnknown;
  auto stored = rig.stored(connection);
  stored.state = model::ConnectionState::kNeedsReconnect;
  stored.state_reason = "refresh_outcome_unknown";
  EngineRig::must(run(*rig.world, rig.store->apply({.writes = {rig.records->put(grant), rig.records->put(stored)}})));
  rig.pass(model::Seconds{12});
  if (!read->has_value()) throw std::runtime_error("the reader was not answered");
  return std::move(**read);
}

}  // namespace valetkey::test
