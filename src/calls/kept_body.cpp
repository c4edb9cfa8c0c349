#include "calls/kept_body.hpp"

namespace valetkey::calls {
namespace {

/// What is left of a body whose reading failed.
class FailedBody final : public ports::BodySource {
 public:
  explicit FailedBody(model::Error error) : error_(std::move(error)) {}
  ports::Answer<std::string_view> read() override { co_return model::fail(error_); }
  [[nodiscard]] std::optional<std::uint64_t> size() const override { return std::nullopt; }
  void stop() override {}

 private:
  model::Error error_;
};

}  // namespace

void KeptBody::Kept::add(std::string_view piece) {
  has_ended = piece.empty();
  is_all = is_all && bytes.size() + piece.size() <= most;
  if (is_all) bytes += piece;
  else bytes = {};
}

KeptBody::KeptBody(ports::BodySource& source, std::uint64_t most)
    : source_(source),
      kept_(std::make_shared<Kept>(std::string{}, most, source.size().value_or(0) <= most)) {}

ports::Answer<std::string_view> KeptBody::read() {
  const auto kept = kept_;
  auto piece = co_await source_.read();
  if (piece) kept->add(*piece);
  co_return piece;
}

BegunBody::BegunBody(std::string begin, std::unique_ptr<ports::BodySource> rest, std::optional<std::uint64_t> size)
    : begin_(std::move(begin)),
      rest_(std::move(rest)),
      size_(size) {
  if (!rest_ && !size_) size_ = begin_.size();
}

ports::Answer<std::string_view> BegunBody::read() {
  if (!was_given_) {
    was_given_ = true;
    if (!begin_.empty()) co_return std::string_view(begin_);
  }
  if (!rest_) co_return std::string_view{};
  co_return co_await rest_->read();
}

void BegunBody::stop() {
  if (rest_) rest_->stop();
}

ports::Task<std::unique_ptr<BegunBody>> begun_body(std::unique_ptr<ports::BodySource> body, std::uint64_t most) {
  std::string begin;
  const auto size = body->size();
  // One that says it is longer is not waited for.
  while (size.value_or(0) <= most && begin.size() <= most) {
    auto piece = co_await body->read();
    if (!piece) {
      body = std::make_unique<FailedBody>(std::move(piece.error()));
      break;
    }
    if (piece->empty()) {
      body.reset();  // its connection is free again
      break;
    }
    begin += *piece;
  }
  co_return std::make_unique<BegunBody>(std::move(begin), std::move(body), size);
}

}  // namespace valetkey::calls
