#pragma once
#include "http/server/wire.hpp"
#include "model/chunk_decoder.hpp"
#include "ports/body_source.hpp"

namespace valetkey::http::server {

/// The body of a request, straight from its connection. Nothing is read that was not asked for, so that TCP slows the caller down.
class StreamedBody final : public ports::BodySource {
 public:
  /// `size` of a body with Content-Length, else it is chunked. `wants_continue`: the caller waits for 100 (RFC 9110 10.1.1).
  StreamedBody(Wire& wire, std::optional<std::uint64_t> size, bool wants_continue)
      : wire_(wire),
        size_(size),
        left_(size.value_or(0)),
        wants_continue_(wants_continue) {}

  ports::Answer<std::string_view> read() override;
  [[nodiscard]] std::optional<std::uint64_t> size() const override { return size_; }
  void stop() override;

  [[nodiscard]] bool is_at_end() const { return size_ ? left_ == 0 : decoder_.is_done(); }
  /// The answer begins: 100 comes too late.
  void forget_continue() { wants_continue_ = false; }
  /// Drops what came already, so that a connection can be kept whose caller was refused.
  void skip_received();

 private:
  model::Result<std::string_view> next_piece();

  Wire& wire_;
  std::optional<std::uint64_t> size_;
  std::uint64_t left_;
  model::ChunkDecoder decoder_;
  bool wants_continue_;
  bool is_stopped_ = false;
};

}  // namespace valetkey::http::server
