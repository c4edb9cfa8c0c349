#pragma once
#include <optional>
#include <string>
#include <variant>

#include "model/connection.hpp"
#include "model/credential.hpp"
#include "model/error.hpp"
#include "oauth/refresh_policy.hpp"

namespace valetkey::oauth {

/// What a caller needs of a grant.
struct Need {
  std::string name;                                   ///< of a named token; empty: the main one
  std::string audience;
  std::optional<model::Seconds> min_ttl;              ///< nullopt: the default, which is no promise
  std::optional<std::int64_t> rejected_generation;    ///< forced: the generation that was found bad (S24)
  bool is_background = false;                         ///< the refresher: due counts, not min_ttl
};

/// Everything the decision depends on.
struct PlanInput {
  const model::Connection& connection;
  const model::Grant& grant;
  const model::Integration& integration;
  const model::Credential& credential;
  bool is_on_hold = false;
  const RefreshSettings& settings;
  model::WallTime now{};
};

/// Hand out the stored token.
struct Serve {
  const model::AccessToken* token = nullptr;  ///< of PlanInput::grant
  bool should_refresh = false;                ///< start a refresh, but do not wait for it
  bool is_min_ttl_capped = false;             ///< warning min_ttl_not_met
  bool is_refresh_failing = false;            ///< warning: it lives, and renewing it fails
};
/// A request must be sent.
struct Spend {};
/// Neither: nothing that lives, and no request may be sent now.
struct Refuse {
  model::Error error;
};
using Plan = std::variant<Serve, Spend, Refuse>;

/// The one decision of DESIGN section 5 about a grant, from its stored state alone; pure. Readers, forced refreshes and the background
/// refresher all ask it, before the guard and again inside it.
Plan plan(const PlanInput& input, const Need& need);

/// Whether the connection may hand out anything; the error says who must act.
std::optional<model::Error> refusal_of(const model::Connection& connection);

}  // namespace valetkey::oauth
