#include "cli/event_lines.hpp"

#include <algorithm>
#include <utility>

namespace valetkey::cli {

bool EventLines::read(std::string_view piece) {
  rest_ += piece;
  std::size_t begin = 0;
  for (auto end = rest_.find('\n'); end != std::string::npos; end = rest_.find('\n', begin)) {
    auto text = std::string_view(rest_).substr(begin, end - begin);
    if (text.ends_with('\r')) text.remove_suffix(1);
    begin = end + 1;
    if (!line(text)) return false;
  }
  rest_.erase(0, begin);
  return true;
}

bool EventLines::line(std::string_view text) {
  if (text.empty()) {
    const bool is_event = std::exchange(has_data_, false);
    const auto data = std::exchange(data_, {});
    if (!is_event) return true;
    last_id_ = id_;
    return handler_(data);
  }
  const auto colon = std::min(text.find(':'), text.size());
  const auto name = text.substr(0, colon);
  auto value = text.substr(std::min(colon + 1, text.size()));
  if (value.starts_with(' ')) value.remove_prefix(1);
  if (name == "id") id_ = value;
  if (name == "data") {
    if (has_data_) data_ += '\n';
    data_ += value;
    has_data_ = true;
  }
  return true;
}

}  // namespace valetkey::cli
