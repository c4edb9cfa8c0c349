#include "model/chunk_decoder.hpp"

#include <algorithm>

#include "model/http_text.hpp"

namespace valetkey::model {
namespace {

constexpr std::size_t kMostDigits = 15;  // below 2^60: no sum of sizes overflows
constexpr std::size_t kLongestExtension = 256;
constexpr std::size_t kLongestTrailers = 8 * 1024;

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char low = lower(c);
  return low >= 'a' && low <= 'f' ? low - 'a' + 10 : -1;
}

}  // namespace

ChunkDecoder::Step ChunkDecoder::feed(std::string_view bytes) {
  std::size_t at = 0;
  while (at < bytes.size() && !is_done() && !is_malformed()) {
    if (state_ != State::kData) {
      state_ = after(bytes[at++]);
      continue;
    }
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size() - at));
    left_ -= count;
    if (left_ == 0) state_ = State::kDataCr;
    return {at + count, bytes.substr(at, count)};
  }
  return {at, {}};
}

ChunkDecoder::State ChunkDecoder::after(char c) {
  switch (state_) {
    case State::kSize: return after_size(c);
    case State::kExtension: return after_text(c, State::kExtension, State::kSizeLf);
    case State::kSizeLf:
      if (c != '\n') return State::kMalformed;
      digits_ = skipped_ = 0;
      return left_ > 0 ? State::kData : State::kLine;
    case State::kDataCr: return c == '\r' ? State::kDataLf : State::kMalformed;
    case State::kDataLf: return c == '\n' ? State::kSize : State::kMalformed;
    case State::kLine:
      if (c == '\r') return State::kLastLf;
      [[fallthrough]];
    case State::kTrailerName:
      if (++skipped_ > kLongestTrailers) return State::kMalformed;
      if (is_token_char(c)) return State::kTrailerName;
      return c == ':' && state_ == State::kTrailerName ? State::kTrailerValue : State::kMalformed;
    case State::kTrailerValue: return after_text(c, State::kTrailerValue, State::kTrailerLf);
    case State::kTrailerLf: return c == '\n' ? State::kLine : State::kMalformed;
    case State::kLastLf: return c == '\n' ? State::kDone : State::kMalformed;
    case State::kData:
    case State::kDone:
    case State::kMalformed: break;
  }
  return state_;
}

ChunkDecoder::State ChunkDecoder::after_size(char c) {
  if (const auto value = hex_value(c); value >= 0) {
    if (++digits_ > kMostDigits) return State::kMalformed;
    left_ = left_ * 16 + static_cast<std::uint64_t>(value);
    return State::kSize;
  }
  if (digits_ == 0) return State::kMalformed;
  if (c == ';') return State::kExtension;
  return c == '\r' ? State::kSizeLf : State::kMalformed;
}

ChunkDecoder::State ChunkDecoder::after_text(char c, State same, State next) {
  const bool is_extension = same == State::kExtension;
  if (++skipped_ > (is_extension ? kLongestExtension : kLongestTrailers)) return State::kMalformed;
  if (c == '\r') return next;
  return is_control(c) && c != '\t' ? State::kMalformed : same;
}

}  // namespace valetkey::model
