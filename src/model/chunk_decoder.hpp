#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace valetkey::model {

/// The framing of a chunked body (RFC 9112 7.1), read strictly, so that nobody on the way can see another message than we do (S14):
/// sizes of 1 to 15 hexadecimal digits and nothing else, extensions and trailers within bounds and dropped, every line ended by CRLF.
/// Knows no socket and keeps no bytes.
class ChunkDecoder {
 public:
  struct Step {
    std::size_t used;        ///< bytes that are done with, `piece` included
    std::string_view piece;  ///< of the body, in the bytes that were fed; empty: all bytes were used, or the body ended or is malformed
  };
  /// Reads up to the end of the next piece.
  Step feed(std::string_view bytes);
  [[nodiscard]] bool is_done() const { return state_ == State::kDone; }
  /// Nothing behind can be believed.
  [[nodiscard]] bool is_malformed() const { return state_ == State::kMalformed; }

 private:
  enum class State {
    kSize,
    kExtension,
    kSizeLf,
    kData,
    kDataCr,
    kDataLf,
    kLine,  ///< of the trailers, or the empty one behind them
    kTrailerName,
    kTrailerValue,
    kTrailerLf,
    kLastLf,
    kDone,
    kMalformed,
  };
  [[nodiscard]] State after(char c);
  [[nodiscard]] State after_size(char c);
  [[nodiscard]] State after_text(char c, State same, State next);

  State state_ = State::kSize;
  std::uint64_t left_ = 0;   ///< bytes of this chunk
  std::size_t digits_ = 0;
  std::size_t skipped_ = 0;  ///< bytes of this extension, or of all trailers
};

}  // namespace valetkey::model
