#include "http/etag.hpp"

#include <fmt/format.h>

#include "model/http_text.hpp"

namespace valetkey::http {

using model::trimmed;

void set_etag(Response& response, std::int64_t revision) { response.set("ETag", fmt::format("\"{}\"", revision)); }

model::Result<void> check_if_match(const Request& request, std::int64_t revision) {
  const auto wanted = fmt::format("\"{}\"", revision);
  bool is_conditional = false;
  for (const auto& [name, value] : request.headers) {
    if (name != "if-match") continue;
    is_conditional = true;
    // Our tags hold no comma, so that the list can be split at each one.
    for (std::string_view rest = value; !rest.empty();) {
      const auto comma = std::min(rest.find(','), rest.size());
      const auto tag = trimmed(rest.substr(0, comma));
      if (tag == wanted || tag == "*") return {};
      rest.remove_prefix(std::min(comma + 1, rest.size()));
    }
  }
  if (!is_conditional) return {};
  return model::fail(model::Code::kPreconditionFailed,
                     fmt::format("If-Match does not name the current revision {}: read it again", wanted));
}

}  // namespace valetkey::http
