#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace valetkey::adapters::javascriptcore {

/// What broker and worker say to each other, and the parts that each frame has.
enum class FrameKind : std::uint8_t {
  kReady = 1,    ///< worker: confined, waits for calls. {}
  kRefused,      ///< worker: it cannot serve, and ends. {why}
  kCall,         ///< broker: {function, prelude, source, input, milliseconds of its own time}
  kAsk,          ///< worker: the script asks the broker. {name, argument}
  kAnswer,       ///< broker: {answer}
  kAnswerError,  ///< broker: the script gets an exception. {message}
  kResult,       ///< worker: {output, log line...}
  kFailure,      ///< worker: {kind, message, line, log line...}
};

/// Whole frames, heads included (S36).
inline constexpr std::size_t kMostFrame = 1 << 20;
inline constexpr std::size_t kFrameHead = 5;  ///< length of what follows the head, 4 bytes with the lowest first; kind

struct Frame {
  FrameKind kind = FrameKind::kReady;
  std::vector<std::string> parts{};
};

struct FrameHead {
  FrameKind kind = FrameKind::kReady;
  std::size_t length = 0;
};

/// nullopt: it would be larger than a frame may be.
std::optional<std::string> encoded(const Frame& frame);
/// nullopt for an unknown kind or a frame that is too large. `bytes` are kFrameHead.
std::optional<FrameHead> decoded_head(std::string_view bytes);
/// nullopt for a body that does not add up.
std::optional<Frame> decoded(FrameKind kind, std::string_view body);

}  // namespace valetkey::adapters::javascriptcore
