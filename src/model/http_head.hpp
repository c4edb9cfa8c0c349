#pragma once
#include <cstddef>
#include <optional>
#include <string_view>

#include "model/http_text.hpp"

namespace valetkey::model {

/// Why a message must not be read further; nullopt: it may.
using HeadFault = std::optional<std::string_view>;

/// Bytes of a head including its empty line; 0: not complete yet. Nothing before `searched` ends it.
std::size_t head_size(std::string_view bytes, std::size_t searched);

/// So that a peer that ends lines with LF alone learns it at once instead of by a deadline.
bool has_bare_line_feed(std::string_view bytes, std::size_t searched);

struct HeaderLine {
  std::string_view name;
  std::string_view value;  ///< trimmed
};
/// A header as it must be written (S14, RFC 9112 section 5): no obs-fold, no space before the colon, no control bytes.
HeadFault read_header(std::string_view line, HeaderLine& header);

/// Takes a whole head apart, strictly, so that no other reader can see another message (S14): lines end with CRLF, and the only empty
/// one is the last. `first` gets the first line, `header` each HeaderLine; what they find wrong ends the reading.
template <class First, class Header>
HeadFault read_head(std::string_view head, First first, Header header) {
  for (bool is_first = true; !head.empty(); is_first = false) {
    const auto end = head.find('\r');
    if (end == std::string_view::npos || end + 1 >= head.size() || head[end + 1] != '\n') return "a line does not end with CRLF";
    const auto line = head.substr(0, end);
    head.remove_prefix(end + 2);
    if (line.empty()) return is_first || !head.empty() ? HeadFault("an empty line inside the head") : std::nullopt;
    // A bare LF is a control byte of the line that holds it.
    HeaderLine read;
    auto fault = is_first ? first(line) : read_header(line, read);
    if (!fault && !is_first) fault = header(read);
    if (fault) return fault;
  }
  return "the head has no end";
}

}  // namespace valetkey::model
