#pragma once
#include <functional>
#include <memory>
#include <string>

#include "model/row.hpp"

namespace valetkey::ports {

/// A row changed; it was committed before anyone is told.
struct Change {
  model::Kind kind;
  std::string tenant;
  std::string id;
};

/// Tells every part of every node what changed, so that nothing is served from a cache for longer than 2 s (DESIGN 5.9).
class EventBus {
 public:
  virtual ~EventBus() = default;
  /// `listener` is called on any thread, briefly, without locks of the caller; until the returned handle is dropped.
  /// A null change means that changes may have been missed: forget everything.
  [[nodiscard]] virtual std::shared_ptr<void> subscribe(std::function<void(const Change*)> listener) = 0;
  virtual void publish(const Change* change) = 0;
};

}  // namespace valetkey::ports
