#pragma once
#include <algorithm>
#include <boost/json.hpp>
#include <string_view>

#include "fuzz/property.hpp"
#include "model/json_reader.hpp"
#include "services/incoming.hpp"

namespace valetkey::fuzz {

/// What the broker answers at a hook, whatever a document and a request say (S13).
inline void check_reply(const services::Reply& reply) {
  constexpr std::string_view kTypes[] = {"", "text/plain", "application/json", "application/xml", "text/xml"};
  require(std::ranges::find(kTypes, reply.content_type) != std::end(kTypes), "a reply is text, JSON or XML (S13)");
  require(reply.status >= 200 && reply.status < 300, "a reply is a success");
  for (const auto& [name, value] : reply.headers) {
    require(name != "set-cookie" && name != "location", "a reply sets no cookie and leads nowhere (S13)");
    for (const char c : value) require(c >= ' ' && c <= '~', "a header is one header");
  }
}

}  // namespace valetkey::fuzz
