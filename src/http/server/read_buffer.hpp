#pragma once
#include <algorithm>
#include <span>
#include <string_view>
#include <vector>

namespace valetkey::http::server {

/// Bytes of a connection that were received and not used yet.
class ReadBuffer {
 public:
  [[nodiscard]] std::string_view bytes() const { return {storage_.data() + begin_, end_ - begin_}; }
  [[nodiscard]] bool empty() const { return begin_ == end_; }

  void use(std::size_t count) {
    begin_ += count;
    if (begin_ == end_) begin_ = end_ = 0;
  }

  /// Room for at least `least` bytes; call received() with how many came.
  std::span<char> room(std::size_t least) {
    if (storage_.size() - end_ < least && begin_ > 0) {
      std::copy(storage_.begin() + static_cast<std::ptrdiff_t>(begin_), storage_.begin() + static_cast<std::ptrdiff_t>(end_),
                storage_.begin());
      end_ -= begin_;
      begin_ = 0;
    }
    if (storage_.size() - end_ < least) storage_.resize(end_ + least);
    return {storage_.data() + end_, storage_.size() - end_};
  }
  void received(std::size_t count) { end_ += count; }
  /// Gives back what a large body took, where nothing is left in it.
  void shrink() {
    if (empty() && storage_.size() > kKept) storage_ = {};
  }

 private:
  static constexpr std::size_t kKept = 16 * 1024;

  std::vector<char> storage_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace valetkey::http::server
