#pragma once
#include <boost/json/object.hpp>
#include <string>

#include "model/json_reader.hpp"
#include "ports/http_client.hpp"

namespace valetkey::services {

struct ScriptBody {
  std::string text;
  std::string content_type;  ///< empty: none, or the script's own header
};

/// The body of a call that a script wishes: exactly one of `form` (pairs), `json` and `body`, or none.
ScriptBody body_of(model::JsonReader& reader);

/// An answer for a script: {status, headers, body}; a body that is not UTF-8 has `?` for what is not.
boost::json::object response_document(const ports::HttpResponse& response);

}  // namespace valetkey::services
