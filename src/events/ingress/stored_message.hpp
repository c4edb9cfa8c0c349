#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "model/error.hpp"
#include "services/incoming.hpp"

namespace valetkey::events {

/// One event of a received request, as the request keeps it sealed between the answer to the application and the outbox.
struct StoredMessage {
  services::Message message;     ///< as it was read back: without its event_payload, which is in `payload`
  std::string payload;           ///< the event_payload as JSON text; empty: as it is in `message`
  std::string action_id;         ///< of an action
  std::string response_url;      ///< data, never called by the broker (S35)
  bool possible_replay = false;  ///< its body was seen before under another unsigned id (S29)
  bool has_connection = false;   ///< it was published with a connection; told where others of the request were not
};

/// The plain text of ReceivedRequest::messages: a JSON array.
std::string messages_text(const std::vector<StoredMessage>& messages);
/// kIntegrity for a text that messages_text() did not make.
model::Result<std::vector<StoredMessage>> read_messages(std::string_view text);

}  // namespace valetkey::events
