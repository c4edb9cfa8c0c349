#pragma once
#include <boost/json/value.hpp>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/form.hpp"
#include "model/secret.hpp"
#include "model/time.hpp"

namespace valetkey::services {

/// A request as it arrived, before anything was decoded.
struct Incoming {
  std::string method;
  std::string path;          ///< raw
  std::string query_text;    ///< raw, without `?`
  model::Pairs headers;      ///< names in lower case, in order, repetitions kept
  std::string body;          ///< raw bytes
  std::string public_url;    ///< of the endpoint, from configuration, without a query: never from the request (S25)
  model::WallTime received_at{};
};

/// What an endpoint gives its services: secrets by name, newest first, and parameters.
struct EndpointValues {
  std::map<std::string, std::vector<model::Secret>, std::less<>> secrets;
  std::map<std::string, std::string, std::less<>> parameters;
  bool accepts_handshake = false;  ///< the window of S31 is open
};

/// An answer to the application: text, JSON or XML only (S13).
struct Reply {
  int status = 200;
  model::Pairs headers;
  std::string body;
  std::string content_type;
};

/// One line of an explanation: what was looked at, what was found, clipped. Never an expected value or a secret (S34).
struct Step {
  std::string what;
  std::string result;
  bool is_ok = true;
};

enum class Outcome { kVerified, kRejected, kChallenge };

/// What verification found.
struct Verdict {
  Outcome outcome = Outcome::kRejected;
  std::string reason;                      ///< code of a rejection: signature_missing, signature_mismatch, timestamp_too_old, ...
  std::optional<Reply> reply;              ///< of a challenge; of a rejection that wants its own
  bool covers_body = true;                 ///< S32
  std::vector<std::string> signed_headers; ///< lower case: those that are part of the signed bytes
  bool signs_query = false;
  boost::json::value claims;               ///< of a verified JWT; null otherwise
  std::string replay_id;                   ///< works once within replay_for
  model::Seconds replay_for{0};
  std::string store_secret;                ///< a handshake's secret to keep, by name (S31)
  model::Secret store_value;
  std::string fetch_url;                   ///< to be fetched now that it is verified (S30); checked against its pinned hosts
  std::vector<Step> steps;
};

/// One event of a request, in the one shape.
struct Message {
  bool valid_request = true;
  std::vector<std::string> app_user_ids;   ///< 0, 1 or many; without repetitions
  std::string event_type;
  boost::json::value event_payload;
  std::string event_id;                    ///< empty: none
  std::optional<model::WallTime> occurred_at;
  std::vector<std::string> unsigned_members;  ///< of those above, what the signature does not cover: event_type, event_id, ...
};

struct Parsed {
  std::vector<Message> messages;
  Reply acknowledgement;
  std::optional<model::Seconds> window;    ///< of de-duplication by digest, for messages without an id
};

/// A button click.
struct Action {
  Message message;
  std::string action_id;
  std::string response_url;                ///< data, never called by the broker (S35)
  Reply reply;                             ///< at once, or where nobody gives one in time
  bool needs_reply = false;
  model::Seconds deadline{3};
};

}  // namespace valetkey::services
