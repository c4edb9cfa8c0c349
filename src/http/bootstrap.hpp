#pragma once
#include <functional>
#include <string>

#include "model/secret.hpp"
#include "ports/log.hpp"
#include "vault/records.hpp"

namespace valetkey::http {

inline constexpr std::string_view kDefaultTenant = "ten_default";
inline constexpr std::string_view kInstallationRow = "installation";

/// Where a bootstrap key that was made is left for the operator: a file of mode 0600. All functions block.
struct KeyFile {
  std::string path;
  std::function<model::Result<std::string>()> read;
  std::function<model::Result<void>(std::string_view)> write;
  std::function<model::Result<void>()> remove;
};

/// At start, after the key ring: the default tenant exists, and while no admin key exists there is a bootstrap key that lives for
/// 24 h (S18). It may do everything in the default tenant until the first key with keys:write is made.
class Bootstrap {
 public:
  struct World {
    const vault::Records& records;
    const vault::KeyRing& keys;
    const ports::Clock& clock;
    ports::Random& random;
    ports::Log& log;
    const KeyFile& file;
  };
  explicit Bootstrap(World world) : world_(world) {}

  /// `given`: VALETKEY_BOOTSTRAP_KEY; empty: one is made and left in the file, whose path is logged, never the key.
  /// kInvalidInput with how to make one when the given key is too short.
  ports::Answer<void> run(model::Secret given) const;

 private:
  ports::Answer<void> ensure_default_tenant() const;
  ports::Answer<void> use_given(model::Secret given, std::vector<model::ApiKey> old) const;
  ports::Answer<void> use_made(std::vector<model::ApiKey> old) const;
  ports::Answer<void> replace(model::Secret text, std::vector<model::ApiKey> old) const;
  ports::Answer<void> erase(std::vector<model::ApiKey> old) const;

  World world_;
};

}  // namespace valetkey::http
