#pragma once
#include <string_view>

namespace valetkey::http {

/// What an end user reads when a connection could not be made: what happened, and what can be done.
struct FlowMessage {
  std::string_view title;
  std::string_view advice;
  int status = 400;
};

/// By the code of a failed flow (oauth/authorization_flow.hpp); one general message for codes without their own.
const FlowMessage& message_for(std::string_view code);

}  // namespace valetkey::http
