#pragma once
#include <string>

#include "model/secret.hpp"
#include "ports/task.hpp"

namespace valetkey::ports {

/// A root key, or a service that holds one: wraps data keys and nothing else.
class KeyWrapper {
 public:
  virtual ~KeyWrapper() = default;
  /// Names the root key that wrap() uses; no secret. Stored beside each wrap.
  [[nodiscard]] virtual std::string current() const = 0;
  /// `context` is authenticated with it (data key id, tenant, purpose).
  virtual Answer<std::string> wrap(const model::Secret& key, std::string context) = 0;
  /// kKeyUnavailable when no known root key is called `root`, or when it does not open the bytes.
  virtual Answer<model::Secret> unwrap(std::string root, std::string wrapped, std::string context) = 0;
};

}  // namespace valetkey::ports
