#pragma once
#include <string>

#include "model/secret.hpp"
#include "ports/log.hpp"
#include "vault/records.hpp"

namespace valetkey::http {

inline constexpr std::string_view kDefaultTenant = "ten_default";

struct BootstrapInput {
  model::Secret given;    ///< VALETKEY_BOOTSTRAP_KEY; empty: one is made
  std::string data_dir;   ///< where a made one is written: `bootstrap-key`, mode 0600
};

/// At start, after the key ring: the default tenant exists, and while no admin key exists there is a bootstrap key (S18).
/// kInvalidInput with how to make one when the given key is too short. The log names the file, never the key.
class Bootstrap {
 public:
  struct World {
    const vault::Records& records;
    const vault::KeyRing& keys;
    const ports::Clock& clock;
    ports::Random& random;
    ports::Log& log;
  };
  explicit Bootstrap(World world) : world_(world) {}
  ports::Answer<void> run(BootstrapInput input) const;

 private:
  ports::Answer<void> ensure_default_tenant() const;
  ports::Answer<void> ensure_key(BootstrapInput input) const;
  ports::Answer<void> replace_key(model::Secret text, const std::vector<model::ApiKey>& old) const;

  World world_;
};

}  // namespace valetkey::http
