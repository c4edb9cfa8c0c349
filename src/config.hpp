#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "model/error.hpp"
#include "model/secret.hpp"

namespace valetkey {

/// Every setting of the broker (docs/operations.md), from `valetkey.toml` and VALETKEY_*; the environment wins.
struct Config {
  std::string listen = "127.0.0.1:8420";
  std::string listen_internal;                 ///< empty: the same as listen
  std::string public_url;                      ///< empty: http:// + listen as it was bound
  std::string data_dir = "./data";
  std::string database_url;                    ///< empty: sqlite:{data_dir}/valetkey.db
  std::string root_key_file;                   ///< empty: {data_dir}.root-key, beside data_dir (S42)
  std::vector<model::Secret> root_keys;        ///< of VALETKEY_ROOT_KEY; non-empty: root_key_file is not read
  model::Secret bootstrap_key;                 ///< also what bootstrap_key_file held
  std::string bootstrap_key_file;
  std::vector<std::string> egress_allow;       ///< cidr:port[@tenant]
  std::string tls_certificate, tls_key;        ///< PEM files
  bool insecure = false;
  std::vector<std::string> allowed_hosts;
  std::vector<std::string> trusted_proxies;
  std::string log_level = "info";
  std::string ca_file;                         ///< for outbound TLS; empty: the system's
  std::string machine_id;  ///< names this machine in the fingerprint (DESIGN 5.8); empty: /etc/machine-id or host name
  unsigned threads = 0;  ///< 0: one per processor
  int script_workers = 4;  ///< processes that run scripts, besides the one that stands ready
  std::size_t cache_bytes = 256u << 20;
  std::size_t webhook_body_limit = 1u << 20;  ///< bytes; parsers take no more
  model::Seconds token_request_timeout{20};  ///< hard deadline of one request to a token endpoint
  model::Seconds proxy_connect_timeout{10};  ///< name, connect and TLS of a proxied call
  model::Seconds proxy_head_timeout{60};     ///< from the last byte sent to the end of the reply's head
  model::Seconds proxy_idle_timeout{60};     ///< between two bytes of a body, either way
  model::Seconds refresh_margin{300};
  model::Seconds validation_interval{86'400};  ///< between two checks of a connection by its credential's token_validation; 0: none
  model::Seconds drain_timeout{30};
  model::Seconds event_retention{30 * 86'400};
  unsigned delivery_concurrency = 64;  ///< deliveries under way
  std::optional<std::int64_t> max_credentials_per_tenant;
  std::optional<std::int64_t> max_connections_per_tenant;

  /// Setting name -> "default", "file" or the name of the variable.
  std::map<std::string, std::string> origins;

  [[nodiscard]] std::string database_path() const;
  [[nodiscard]] std::string root_key_path() const;
  [[nodiscard]] std::string rescue_path() const;  ///< directory of the rescue records
};

/// Reads file and environment (NAME=value each; an empty value is as good as none). kInvalidInput lists everything that is wrong, one a
/// line, with file and line or variable; unknown settings are errors, except VALETKEY_PORT* and VALETKEY_SERVICE_*, which Kubernetes
/// sets, and VALETKEY_TEST_*. `path` empty: ./valetkey.toml if there is one. Secrets in `environment` are overwritten with zeros once
/// read, whatever the outcome (S42). A file that holds a secret must be readable by its owner alone.
model::Result<Config> load_config(const std::string& path, std::span<char*> environment);

/// The effective settings, `name = value  # origin`, one a line, secrets as ***.
std::string describe(const Config& config);

}  // namespace valetkey
