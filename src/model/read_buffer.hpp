#pragma once
#include <cstring>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

namespace valetkey::model {

/// Bytes of a connection that were received and not used yet. What was used stays readable until room() is asked for.
class ReadBuffer {
 public:
  [[nodiscard]] std::string_view bytes() const { return {storage_.get() + begin_, end_ - begin_}; }
  [[nodiscard]] bool empty() const { return begin_ == end_; }
  void use(std::size_t count) { begin_ += count; }

  /// Room for exactly `size` bytes behind what is there; call received() with how many came.
  std::span<char> room(std::size_t size) {
    if (begin_ == end_) begin_ = end_ = 0;
    if (capacity_ - end_ < size) make_room(size);
    return {storage_.get() + end_, size};
  }
  void received(std::size_t count) { end_ += count; }
  /// Gives memory back where it holds more than `size` bytes and nothing that is still to be used.
  void shrink(std::size_t size) {
    if (capacity_ <= size || !empty()) return;
    storage_.reset();
    capacity_ = begin_ = end_ = 0;
  }

 private:
  void make_room(std::size_t size) {
    const auto kept = end_ - begin_;
    if (capacity_ < kept + size) {
      auto grown = std::make_unique_for_overwrite<char[]>(kept + size);
      if (kept > 0) std::memcpy(grown.get(), storage_.get() + begin_, kept);
      storage_ = std::move(grown);
      capacity_ = kept + size;
    } else {
      std::memmove(storage_.get(), storage_.get() + begin_, kept);
    }
    begin_ = 0;
    end_ = kept;
  }

  std::unique_ptr<char[]> storage_;
  std::size_t capacity_ = 0;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace valetkey::model
