#pragma once
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "services/incoming.hpp"

namespace valetkey::services::verify {

/// Code of a rejection: signature_missing, timestamp_too_old, ... Static storage.
using Reason = std::string_view;

/// What was found in a request, or why the request is rejected.
template <class T>
using Finding = std::expected<T, Reason>;

/// Keeps the steps of a verification. What decides a rejection is always kept; what went well only where somebody wants to read it,
/// because a verified request should cost little more than its HMAC.
class Trace {
 public:
  explicit Trace(bool explains) : explains_(explains) {}

  /// `result` answers text; it is called only where it is kept. Nothing secret and nothing that was expected may be in it (S34).
  template <class Result>
  void found(std::string_view what, Result result) {
    if (explains_) steps_.push_back({std::string(what), std::string(result()), true});
  }
  std::unexpected<Reason> rejected(Reason reason, std::string_view what, std::string result) {
    steps_.push_back({std::string(what), std::move(result), false});
    return std::unexpected(reason);
  }
  /// What was passed over: it decides nothing by itself.
  void passed_over(std::string_view what, std::string result) {
    if (explains_) steps_.push_back({std::string(what), std::move(result), false});
  }

  [[nodiscard]] bool explains() const { return explains_; }
  [[nodiscard]] std::vector<Step> take() { return std::move(steps_); }

 private:
  bool explains_;
  std::vector<Step> steps_;
};

/// `bytes` for a step: printable, at most 200 bytes of them, and how many there are.
std::string shown(std::string_view bytes);

}  // namespace valetkey::services::verify
