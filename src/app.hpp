#pragma once
#include <memory>
#include <string>

#include "config.hpp"
#include "model/error.hpp"
#include "ports/clock.hpp"

namespace valetkey {

/// The whole broker, wired: the only place that names adapters.
class App {
 public:
  /// What a test may replace; null: the real one.
  struct Doubles {
    std::shared_ptr<ports::Clock> clock;
  };

  /// Opens store and keys, binds the listeners, starts the threads. When it fails nothing was changed that a later start would miss.
  static model::Result<std::unique_ptr<App>> start(Config config, Doubles doubles);
  ~App();

  /// The URL that is served, with the bound port.
  [[nodiscard]] std::string url() const;
  /// Drains and stops; returns when everything has ended or the drain timeout is over.
  void stop();

  struct Parts;

 private:
  explicit App(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace valetkey
