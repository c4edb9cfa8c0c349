#pragma once
#include "services/document/reading.hpp"

namespace valetkey::services {

// Each reads one part of a document; what is wrong goes to `reading.errors`.

void read_head(model::JsonReader& reader, ServiceDocument& out, Reading& reading);
Alternative read_alternative(model::JsonReader& reader, Reading& reading);
void read_key(model::JsonReader& alternative, Alternative& out, Reading& reading);
void read_signature(model::JsonReader& alternative, Alternative& out, Reading& reading);
void read_message(model::JsonReader& alternative, Alternative& out, Reading& reading);
void read_timestamp(model::JsonReader& alternative, Alternative& out, Reading& reading);
void read_claims(model::JsonReader& alternative, Alternative& out, Reading& reading);
Challenge read_challenge(model::JsonReader& reader, Reading& reading);

struct ReplyLimits {
  int least_status = 200;
  int most_status = 299;
  Holds holds = Holds::kPlain;
};
/// The members of a reply, in an object that may have others: the caller finishes it.
ReplyRule read_reply(model::JsonReader& reader, Reading& reading, ReplyLimits limits);

void read_events_part(model::JsonReader& reader, ServiceDocument& out, Reading& reading);  ///< parse, event, acknowledge
ParseRule read_parse_rule(model::JsonReader& reader, Reading& reading);
void read_action_part(model::JsonReader& reader, ServiceDocument& out, Reading& reading);
void read_token_check(model::JsonReader& reader, ServiceDocument& out, Reading& reading);

// Checks across members, once all is read. `pointer` is where the alternative stands.

void check_scheme(const Alternative& alternative, const std::string& pointer, const model::JsonReader& reader, Reading& reading);
void check_coverage(const Alternative& alternative, const std::string& pointer, const ServiceDocument& document, Reading& reading);
void check_reachable(const ServiceDocument& document, Reading& reading);
void check_oracles(const ServiceDocument& document, Reading& reading);    ///< S26
void check_shared_signers(const ServiceDocument& document, Reading& reading);  ///< S27
void check_declared(const ServiceDocument& document, Reading& reading);

}  // namespace valetkey::services
