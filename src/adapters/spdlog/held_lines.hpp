#pragma once
#include <spdlog/sinks/base_sink.h>

#include <mutex>
#include <string>

namespace valetkey::adapters::spdlog {

/// Holds lines until flush(), or until there are many, and then writes them with one call. What was held when the process crashes is lost.
class HeldLines final : public ::spdlog::sinks::base_sink<std::mutex> {
 public:
  /// Of an open file, which outlives this and is not closed.
  explicit HeldLines(int descriptor) : descriptor_(descriptor) {}
  ~HeldLines() override;

 protected:
  void sink_it_(const ::spdlog::details::log_msg& message) override;
  void flush_() override;

 private:
  int descriptor_;
  std::string held_;
  ::spdlog::memory_buf_t line_;
};

}  // namespace valetkey::adapters::spdlog
