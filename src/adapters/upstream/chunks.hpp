#pragma once
#include <cstdint>
#include <string_view>

namespace valetkey::adapters::upstream {

/// Takes the chunked coding (RFC 9112 7.1) off a body, without copying it. As strict as the heads are read: CRLF only, no space around
/// the size, extensions and trailers ignored, but bounded and free of control bytes (S14). Pure.
class Chunks {
 public:
  enum class State { kMore, kDone, kMalformed };
  struct Fed {
    State state;
    std::size_t used = 0;       ///< of `bytes`; offer the rest again, together with what came behind it
    std::string_view body{};    ///< part of what was used
  };

  /// Uses framing up to the next piece of the body, and that piece. Nothing used and kMore: more bytes are needed.
  Fed feed(std::string_view bytes);

 private:
  enum class Part { kSize, kData, kDataEnd, kTrailers, kDone };

  /// The next whole line in `bytes`, or why there is none.
  struct Line {
    State state;
    std::string_view text{};
    std::size_t size = 0;  ///< with its CRLF
  };
  static Line line(std::string_view bytes);
  bool read_size(std::string_view text);

  Part part_ = Part::kSize;
  std::uint64_t left_ = 0;       ///< of this chunk
  std::size_t trailers_ = 0;     ///< bytes of them so far
};

}  // namespace valetkey::adapters::upstream
