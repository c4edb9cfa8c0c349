#pragma once
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

  /// It was read to its end and all of it is here.
  [[nodiscard]] bool is_whole() const { return is_kept_ && has_ended_; }
  std::string take() { return std::move(bytes_); }

 private:
  ports::BodySource& source_;
  std::uint64_t most_;
  std::string bytes_;
  bool is_kept_;
  bool has_ended_ = false;
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
