#pragma once
#include <memory>

#include "adapters/upstream/call.hpp"
#include "adapters/upstream/reply_head.hpp"
#include "model/chunk_decoder.hpp"

namespace valetkey::adapters::upstream {

/// The body of a reply while it arrives, straight out of the connection's buffer. Owns the call.
class ReplyBody final : public ports::BodySource {
 public:
  ReplyBody(std::shared_ptr<Call> call, const ReplyHead& head);
  ~ReplyBody() override;
  ReplyBody(const ReplyBody&) = delete;
  ReplyBody& operator=(const ReplyBody&) = delete;

  ports::Answer<std::string_view> read() override;
  /// Of a reply to HEAD and of 304: what the body would have, which has none.
  [[nodiscard]] std::optional<std::uint64_t> size() const override { return size_; }
  void stop() override;

 private:
  enum class Extent { kNone, kLength, kChunked, kUntilClose };
  static Extent extent_of(const Call& call, const ReplyHead& head);

  std::string_view take();
  ports::Answer<void> receive(std::size_t most);
  ports::Answer<std::string_view> next_piece();
  ports::Answer<std::string_view> read_length();
  ports::Answer<std::string_view> read_chunks();
  ports::Answer<std::string_view> read_until_close();
  ports::Task<void> finish();
  std::unexpected<model::Error> broken(std::string_view reason);

  std::shared_ptr<Call> call_;
  Extent extent_;
  bool keeps_alive_;
  std::optional<std::uint64_t> size_;
  std::uint64_t left_ = 0;  ///< with a length
  model::ChunkDecoder chunks_;
  bool is_whole_ = false;
  bool is_finished_ = false;
};

}  // namespace valetkey::adapters::upstream
