#include "adapters/upstream/chunks.hpp"

#include <algorithm>
#include <charconv>

#include "adapters/upstream/text.hpp"

namespace valetkey::adapters::upstream {
namespace {

constexpr std::size_t kLongestLine = 4096;
constexpr std::size_t kMostTrailers = 16 * 1024;
constexpr std::size_t kMostSizeDigits = 15;

}  // namespace

Chunks::Line Chunks::line(std::string_view bytes) {
  const auto end = bytes.find('\n');
  if (end == std::string_view::npos) return {bytes.size() > kLongestLine ? State::kMalformed : State::kMore};
  if (end == 0 || bytes[end - 1] != '\r' || end > kLongestLine) return {State::kMalformed};
  const auto text = bytes.substr(0, end - 1);
  if (!is_header_value(text)) return {State::kMalformed};
  return {.state = State::kDone, .text = text, .size = end + 1};
}

bool Chunks::read_size(std::string_view text) {
  const auto semicolon = text.find(';');
  const auto digits = text.substr(0, semicolon);
  if (digits.empty() || digits.size() > kMostSizeDigits) return false;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), left_, 16);
  return error == std::errc{} && end == digits.data() + digits.size();
}

Chunks::Fed Chunks::feed(std::string_view bytes) {
  std::size_t used = 0;
  while (part_ != Part::kDone) {
    const auto rest = bytes.substr(used);
    if (part_ == Part::kData) {
      const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(left_, rest.size()));
      left_ -= size;
      if (left_ == 0) part_ = Part::kDataEnd;
      if (size > 0) return {.state = State::kMore, .used = used + size, .body = rest.substr(0, size)};
      if (left_ > 0) return {.state = State::kMore, .used = used};
      continue;
    }
    if (part_ == Part::kDataEnd) {
      if (rest.size() < 2) return {.state = rest.empty() || rest[0] == '\r' ? State::kMore : State::kMalformed, .used = used};
      if (!rest.starts_with("\r\n")) return {State::kMalformed};
      used += 2;
      part_ = Part::kSize;
      continue;
    }
    const auto next = line(rest);
    if (next.state != State::kDone) return {.state = next.state, .used = used};
    used += next.size;
    if (part_ == Part::kSize) {
      if (!read_size(next.text)) return {State::kMalformed};
      part_ = left_ > 0 ? Part::kData : Part::kTrailers;
    } else if (next.text.empty()) {
      part_ = Part::kDone;
    } else if ((trailers_ += next.size) > kMostTrailers) {
      return {State::kMalformed};
    }
  }
  return {.state = State::kDone, .used = used};
}

}  // namespace valetkey::adapters::upstream
