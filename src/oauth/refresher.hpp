#pragma once
#include "oauth/grant_state.hpp"
#include "oauth/token_response.hpp"
#include "ports/single_flight.hpp"

namespace valetkey::oauth {

/// What a caller of the guard gets.
struct Refreshed {
  model::Result<GrantState> state;
  bool was_own = false;  ///< the work ran for this caller's need; else it ran for another's, and only what it left counts
};

/// The refresh guard of DESIGN section 5: the only place that spends a refresh token. One task per grant: in this process by a single
/// flight, across nodes by a row lease; it covers read again -> exchange -> durable save. Callers cancel only their wait.
class Refresher {
 public:
  explicit Refresher(Context& context) : context_(context), flights_(context.executor) {}

  /// The state after the refresh that `need` asks for, or after the one that is under way. A state that needs none is answered as it is.
  ports::Task<Refreshed> refresh(GrantKey key, Need need);

  /// Runs `work` under the guard of a grant: nothing refreshes it meanwhile, and what was under way has ended (revocation, reseal).
  ports::Answer<void> exclusively(GrantKey key, std::function<ports::Answer<void>()> work);

  [[nodiscard]] bool is_running(const model::GrantId& grant) const { return flights_.is_running(grant.str()); }
  /// Guards that are held now: what drain waits for.
  [[nodiscard]] std::size_t running() const { return flights_.size(); }

 private:
  using Flight = ports::SingleFlight<model::Result<GrantState>>;
  using Outcome = model::Result<GrantState>;

  /// A request that was announced on disk.
  struct Started {
    model::Grant grant;            ///< as stored, `attempt` started
    model::Attempt attempt_before = model::Attempt::kNone;
    model::BootTime must_end_by{}; ///< the end of the lease
  };

  ports::Task<Outcome> work(GrantKey key, Need need, Flight::Settle settle);
  ports::Task<Outcome> spend(GrantState state, Need need, Flight::Settle settle, bool& should_repeat);
  ports::Answer<Started> start(GrantState& state);
  ports::Task<Outcome> wait_for_other_node(const GrantState& state);
  ports::Answer<std::expected<TokenAnswer, TokenFailure>> send(const GrantState& state, const Need& need, const Started& started);
  /// The mark is taken back: the request says nothing about the grant.
  ports::Task<Outcome> take_back(GrantState state, Started started, model::Error error);
  ports::Task<Outcome> save_failure(GrantState state, const TokenFailure& failure, bool& should_repeat);

  Context& context_;
  Flight flights_;
};

/// The lease that covers a grant's refresh.
std::string lease_name(const model::GrantId& grant);

}  // namespace valetkey::oauth
