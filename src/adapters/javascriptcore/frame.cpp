#include "adapters/javascriptcore/frame.hpp"

namespace valetkey::adapters::javascriptcore {
namespace {

constexpr std::size_t kLength = 4;
constexpr std::size_t kMostParts = 128;

void append_length(std::string& out, std::size_t length) {
  for (std::size_t i = 0; i < kLength; ++i) out.push_back(static_cast<char>(static_cast<unsigned char>(length >> (8 * i))));
}

std::size_t length_at(std::string_view bytes) {
  std::size_t length = 0;
  for (std::size_t i = 0; i < kLength; ++i) length |= static_cast<std::size_t>(static_cast<unsigned char>(bytes[i])) << (8 * i);
  return length;
}

}  // namespace

std::optional<std::string> encoded(const Frame& frame) {
  std::size_t length = 0;
  for (const auto& part : frame.parts) length += kLength + part.size();
  if (kFrameHead + length > kMostFrame || frame.parts.size() > kMostParts) return std::nullopt;
  std::string out;
  out.reserve(kFrameHead + length);
  append_length(out, length);
  out.push_back(static_cast<char>(frame.kind));
  for (const auto& part : frame.parts) {
    append_length(out, part.size());
    out.append(part);
  }
  return out;
}

std::optional<FrameHead> decoded_head(std::string_view bytes) {
  if (bytes.size() != kFrameHead) return std::nullopt;
  const auto length = length_at(bytes);
  const auto kind = static_cast<FrameKind>(bytes[kLength]);
  if (kFrameHead + length > kMostFrame || kind < FrameKind::kReady || kind > FrameKind::kFailure) return std::nullopt;
  return FrameHead{.kind = kind, .length = length};
}

std::optional<Frame> decoded(FrameKind kind, std::string_view body) {
  Frame frame{.kind = kind};
  while (!body.empty()) {
    if (body.size() < kLength || frame.parts.size() == kMostParts) return std::nullopt;
    const auto length = length_at(body);
    body.remove_prefix(kLength);
    if (length > body.size()) return std::nullopt;
    frame.parts.emplace_back(body.substr(0, length));
    body.remove_prefix(length);
  }
  return frame;
}

}  // namespace valetkey::adapters::javascriptcore
