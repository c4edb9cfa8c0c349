#pragma once
#include <optional>
#include <string>
#include <vector>

#include "services/services.hpp"

namespace valetkey::services {

/// Which of a service's kinds are tried.
enum class Tried {
  kWebhook,       ///< verification, then the parser
  kAction,        ///< verification, then the action parser
  kVerification,  ///< the next three: one kind alone
  kParser,
  kActionParser,
};

/// One dry run: what would be done with a request, and why. Nothing is written.
struct TryOut {
  model::TenantId tenant;
  ServicePtr verification;  ///< null: what comes is rejected
  ServicePtr parser;        ///< null: what was verified is not read
  Tried tried = Tried::kWebhook;
  Incoming request;         ///< `received_at` is the time of the run
  EndpointValues values;
  bool has_stored_secrets = false;  ///< then what was computed with them is not shown (S34)
};

/// What the run found, told step by step.
struct Explanation {
  std::string outcome;               ///< verified, rejected, challenge; of a parser alone: parsed, unparsed
  std::string reason;                ///< code; empty: none
  std::optional<Reply> response;     ///< what the application would be answered; nullopt where that kind was not tried
  std::vector<Message> events;
  std::optional<Action> action;      ///< of an action parser; its message is the one event
  std::vector<Step> steps;
};

/// Never an error: what goes wrong is the explanation.
ports::Task<Explanation> try_out(Services& services, TryOut wish);

/// The trial of one service. kInvalidInput with the pointer `/kind` where it cannot be tried so.
model::Result<TryOut> trial_of(ServicePtr service, Tried tried);

}  // namespace valetkey::services
