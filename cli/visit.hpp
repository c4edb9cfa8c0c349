#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace valetkey::cli {

/// What one visit of the browser must look like.
struct Expected {
  std::string host;     ///< of the Host header: a page elsewhere cannot have its own name lead here
  std::string path;
  std::string session;  ///< of the query member session_id, which no other page knows
};

/// The query of the request whose head this is; nothing when it is another one.
std::optional<std::vector<std::pair<std::string, std::string>>> visit_of(std::string_view head, const Expected& expected);

/// A whole HTTP answer with a page of plain text.
std::string page_bytes(int status, std::string_view title, std::string_view text);

}  // namespace valetkey::cli
