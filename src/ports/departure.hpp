#pragma once
#include <functional>
#include <utility>

namespace valetkey::ports {

/// Tells work in progress that its caller has left, so that it ends early. Everything happens on one executor. The caller's side owns
/// it and announces; the work says what to do then, and takes that back when it ends.
class Departure {
 public:
  /// Calls `act` when the caller leaves; at once where it has left already. Replaces what was said before.
  void when_gone(std::move_only_function<void()> act) {
    if (has_left_) act();
    else act_ = std::move(act);
  }
  void forget() { act_ = nullptr; }

  void announce() {
    has_left_ = true;
    if (auto act = std::exchange(act_, nullptr)) act();
  }
  [[nodiscard]] bool has_left() const { return has_left_; }

 private:
  std::move_only_function<void()> act_;
  bool has_left_ = false;
};

}  // namespace valetkey::ports
