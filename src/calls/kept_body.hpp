#pragma once
#include <memory>
#include <string>

#include "ports/body_source.hpp"

namespace valetkey::calls {

/// A body that is kept while it is read, up to a size, so that it can be sent again.
class KeptBody final : public ports::BodySource {
 public:
  KeptBody(ports::BodySource& source, std::uint64_t most);

  ports::Answer<std::string_view> read() override;
  [[nodiscard]] std::optional<std::uint64_t> size() const override { return source_.size(); }
  void stop() override { source_.stop(); }

  /// It was read to its end and all of it is here. Who knows the size does not ask for the end.
  [[nodiscard]] bool is_whole() const { return kept_->is_all && (kept_->has_ended || kept_->bytes.size() == source_.size()); }
  std::string take() { return std::move(kept_->bytes); }

 private:
  struct Kept {
    std::string bytes;
    std::uint64_t most;
    bool is_all;
    bool has_ended = false;
    void add(std::string_view piece);
  };

  ports::BodySource& source_;
  std::shared_ptr<Kept> kept_;  // who sends may wait for a piece while the call, and this with it, is let go
};

/// A body whose beginning is in memory.
class BegunBody final : public ports::BodySource {
 public:
  /// `rest` may be null: the bytes are all of it. `size` as its sender told.
  BegunBody(std::string begin, std::unique_ptr<ports::BodySource> rest, std::optional<std::uint64_t> size);

  ports::Answer<std::string_view> read() override;
  [[nodiscard]] std::optional<std::uint64_t> size() const override { return size_; }
  void stop() override;

  [[nodiscard]] std::string_view begun() const { return begin_; }
  [[nodiscard]] bool is_whole() const { return rest_ == nullptr; }

 private:
  std::string begin_;
  std::unique_ptr<ports::BodySource> rest_;
  std::optional<std::uint64_t> size_;
  bool was_given_ = false;
};

/// Reads a body into memory up to its end, or until it is longer than `most`; an error comes again when the rest is read.
ports::Task<std::unique_ptr<BegunBody>> begun_body(std::unique_ptr<ports::BodySource> body, std::uint64_t most);

}  // namespace valetkey::calls
