#include "adapters/spdlog/held_lines.hpp"

#include <unistd.h>

#include <cerrno>

namespace valetkey::adapters::spdlog {
namespace {

constexpr std::size_t kMostHeld = 64 * 1024;

}  // namespace

HeldLines::~HeldLines() { flush_(); }

void HeldLines::sink_it_(const ::spdlog::details::log_msg& message) {
  line_.clear();
  formatter_->format(message, line_);
  held_.append(line_.data(), line_.size());
  if (held_.size() >= kMostHeld) flush_();
}

/// Lines that cannot be written are dropped: a full disk below the log must not end the broker.
void HeldLines::flush_() {
  for (std::string_view rest = held_; !rest.empty();) {
    const auto written = ::write(descriptor_, rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) break;
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
  held_.clear();
}

}  // namespace valetkey::adapters::spdlog
