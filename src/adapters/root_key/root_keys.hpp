#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "ports/key_wrapper.hpp"
#include "ports/random.hpp"

namespace valetkey::adapters::root_key {

/// Reads root keys of 32 bytes, each as base64 or hex. kKeyUnavailable says which one is wrong and what is accepted, and never shows it.
/// Keys are separated by `separator`; blank ones and those that start with `#` are skipped. `origin` names the source in errors,
/// `unit` what is counted in it: "line".
model::Result<std::vector<model::Secret>> parse_root_keys(std::string_view text, char separator, std::string_view origin,
                                                          std::string_view unit);

/// Root keys in memory: the first wraps, all unwrap (AES-256-GCM, the context is associated data). Thread safe.
class RootKeys final : public ports::KeyWrapper {
 public:
  /// At least one key of 32 bytes. `random` outlives this.
  RootKeys(std::vector<model::Secret> keys, ports::Random& random);

  [[nodiscard]] std::string current() const override { return keys_.front().name; }
  [[nodiscard]] std::vector<std::string> names() const;
  ports::Answer<std::string> wrap(const model::Secret& key, std::string context) override;
  ports::Answer<model::Secret> unwrap(std::string root, std::string wrapped, std::string context) override;

 private:
  struct Named {
    std::string name;
    model::Secret key;
  };
  std::vector<Named> keys_;
  ports::Random& random_;
};

/// Of the key's bytes, one way: 16 hex digits that may be shown.
std::string root_key_name(const model::Secret& key);

/// A new root key as text (base64), as an environment variable or a file holds it.
model::Secret new_root_key(ports::Random& random);

}  // namespace valetkey::adapters::root_key
