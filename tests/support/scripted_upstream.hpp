#pragma once
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "ports/upstream.hpp"

namespace valetkey::test {

/// A body in pieces, and how it ends.
class TextBody final : public ports::BodySource {
 public:
  explicit TextBody(std::vector<std::string> pieces, bool tells_size = true, std::optional<model::Error> end = std::nullopt)
      : pieces_(pieces.begin(), pieces.end()),
        end_(std::move(end)) {
    if (!tells_size) return;
    size_ = 0;
    for (const auto& piece : pieces) *size_ += piece.size();
  }

  ports::Answer<std::string_view> read() override {
    ++reads;
    if (pieces_.empty()) {
      if (end_) co_return model::fail(*end_);
      co_return std::string_view{};
    }
    current_ = std::move(pieces_.front());
    pieces_.pop_front();
    co_return std::string_view(current_);
  }
  [[nodiscard]] std::optional<std::uint64_t> size() const override { return size_; }
  void stop() override {}

  int reads = 0;

 private:
  std::deque<std::string> pieces_;
  std::string current_;
  std::optional<model::Error> end_;
  std::optional<std::uint64_t> size_;
};

struct ScriptedReply {
  int status = 200;
  ports::Headers headers;
  std::vector<std::string> pieces{"ok"};
  bool tells_size = true;
  std::optional<model::Error> end;      ///< of the body, in the place of an ordinary one
  bool reads_body = true;               ///< of the request, before it answers
  std::optional<model::Error> failure;  ///< no reply at all
};

/// An API without a network, on one thread.
class ScriptedUpstream final : public ports::Upstream {
 public:
  struct Seen {
    ports::UpstreamRequest request;
    std::string body;
    std::optional<std::uint64_t> size;
    [[nodiscard]] std::string header(std::string_view name) const {
      for (const auto& [key, value] : request.headers)
        if (key == name) return value;
      return {};
    }
  };

  ports::Task<std::expected<ports::UpstreamReply, ports::HttpFailure>> send(ports::UpstreamRequest request) override {
    Seen now{.request = request};
    auto reply = answer ? answer(now) : take();
    if (request.body != nullptr) {
      now.size = request.body->size();
      // Like one that frames by length: the end is not asked for where the size is known.
      while (reply.reads_body && now.body.size() != now.size) {
        auto piece = co_await request.body->read();
        if (!piece) co_return std::unexpected(ports::HttpFailure{ports::SendState::kSent, std::move(piece.error())});
        if (piece->empty()) break;
        now.body += *piece;
      }
    }
    seen.push_back(std::move(now));
    if (reply.failure) co_return std::unexpected(ports::HttpFailure{ports::SendState::kSent, std::move(*reply.failure)});
    ports::UpstreamReply out{.status = reply.status, .headers = std::move(reply.headers)};
    out.body = std::make_unique<TextBody>(std::move(reply.pieces), reply.tells_size, std::move(reply.end));
    co_return out;
  }

  std::deque<ScriptedReply> script;                   ///< used up first; then an honest 200
  std::function<ScriptedReply(const Seen&)> answer;   ///< in its place
  std::vector<Seen> seen;

 private:
  ScriptedReply take() {
    if (script.empty()) return {};
    auto reply = std::move(script.front());
    script.pop_front();
    return reply;
  }
};

}  // namespace valetkey::test
