#include "setting.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>

#include "adapters/root_key/root_key_source.hpp"
#include "adapters/spdlog/spdlog_log.hpp"
#include "http/host_check.hpp"
#include "http/server/settings.hpp"
#include "model/address_policy.hpp"
#include "model/url.hpp"

namespace valetkey {
namespace {

using model::Result;
using model::Seconds;
using model::Secret;
using Value = SettingValue;

constexpr std::int64_t kLongest = std::int64_t{400} * 86'400;  // seconds
constexpr std::string_view kSqlite = "sqlite:";

std::unexpected<model::Error> must(std::string_view accepted) {
  return model::fail(model::Code::kInvalidInput, fmt::format("must be {}", accepted));
}

// ---- by type --------------------------------------------------------------------------------------------------------

template <auto kMember>
Result<void> set_text(Config& config, const Value& value) {
  auto text = as_text(value);
  if (!text) return must("a text");
  config.*kMember = std::move(*text);
  return {};
}
template <auto kMember>
std::string show_text(const Config& config) {
  return toml_text(config.*kMember);
}

template <auto kMember>
Result<void> set_flag(Config& config, const Value& value) {
  const auto flag = as_flag(value);
  if (!flag) return must("true or false");
  config.*kMember = *flag;
  return {};
}
template <auto kMember>
std::string show_flag(const Config& config) {
  return config.*kMember ? "true" : "false";
}

template <auto kMember, std::int64_t kLeast, std::int64_t kMost>
Result<void> set_number(Config& config, const Value& value) {
  const auto number = as_number(value);
  if (!number || *number < kLeast || *number > kMost) return must(fmt::format("a whole number from {} to {}", kLeast, kMost));
  config.*kMember = static_cast<std::remove_reference_t<decltype(config.*kMember)>>(*number);
  return {};
}
template <auto kMember>
std::string show_number(const Config& config) {
  return std::to_string(config.*kMember);
}

constexpr std::string_view kUnlimited = "unlimited";

template <auto kMember>
Result<void> set_quota(Config& config, const Value& value) {
  if (as_text(value) == kUnlimited) {
    config.*kMember = std::nullopt;
    return {};
  }
  const auto number = as_number(value);
  if (!number || *number < 0) return must("a whole number from 0, or \"unlimited\"");
  config.*kMember = *number;
  return {};
}
template <auto kMember>
std::string show_quota(const Config& config) {
  return config.*kMember ? std::to_string(*(config.*kMember)) : toml_text(kUnlimited);
}

template <auto kMember, std::int64_t kLeast, std::int64_t kMost>
Result<void> set_duration(Config& config, const Value& value) {
  const auto duration = as_duration(value);
  if (!duration || *duration < Seconds{kLeast} || *duration > Seconds{kMost})
    return must(
        fmt::format("seconds, or a duration like 30s, 5m, 1h or 30d, from {} to {}", shown(Seconds{kLeast}), shown(Seconds{kMost})));
  config.*kMember = *duration;
  return {};
}
template <auto kMember>
std::string show_duration(const Config& config) {
  return shown(config.*kMember);
}

/// As it is written in a sentence.
std::string unquoted(std::string text) {
  std::erase(text, '"');
  return text;
}

template <auto kMember, std::int64_t kLeast, std::int64_t kMost = std::numeric_limits<std::int64_t>::max()>
Result<void> set_size(Config& config, const Value& value) {
  const auto size = as_size(value);
  if (!size || *size < kLeast || *size > kMost) {
    const auto most = kMost == std::numeric_limits<std::int64_t>::max() ? std::string() : ", at most " + unquoted(shown_size(kMost));
    return must(fmt::format("bytes, or a size like 512KiB, 256MiB or 1GiB, at least {}{}", unquoted(shown_size(kLeast)), most));
  }
  config.*kMember = static_cast<std::size_t>(*size);
  return {};
}
template <auto kMember>
std::string show_size(const Config& config) {
  return shown_size(static_cast<std::int64_t>(config.*kMember));
}

/// `kCheck` answers what is accepted, empty when an entry is.
template <auto kMember, std::string (*kCheck)(const std::string&)>
Result<void> set_list(Config& config, const Value& value) {
  auto list = as_list(value);
  if (!list) return must("a list of texts");
  for (const auto& entry : *list)
    if (const auto wrong = kCheck(entry); !wrong.empty())
      return model::fail(model::Code::kInvalidInput, fmt::format("{}: {}", model::clipped(entry), wrong));
  config.*kMember = std::move(*list);
  return {};
}
template <auto kMember>
std::string show_list(const Config& config) {
  return shown(config.*kMember);
}

// ---- by meaning -----------------------------------------------------------------------------------------------------

std::string check_egress(const std::string& rule) {
  const auto parsed = model::parse_egress_rule(rule);
  return parsed ? std::string() : parsed.error().detail;
}

std::string check_host(const std::string& host) { return http::parse_host(host) ? "" : "must be a host name, like valetkey.example.com"; }

std::string check_network(const std::string& network) {
  return model::parse_network(network) ? "" : "must be a network or an address, like 10.0.0.0/8";
}

template <auto kMember>
Result<void> set_listen(Config& config, const Value& value) {
  auto text = as_text(value);
  if (!text || !http::server::parse_listen(*text)) return must("an address and a port, like 127.0.0.1:8420, [::1]:8420 or :8420");
  config.*kMember = std::move(*text);
  return {};
}

std::string show_listen_internal(const Config& config) {
  return toml_text(config.listen_internal.empty() ? config.listen : config.listen_internal);
}

Result<void> set_public_url(Config& config, const Value& value) {
  constexpr std::string_view kAccepted = "an origin without a path, like https://valetkey.example.com";
  const auto text = as_text(value);
  if (!text) return must(kAccepted);
  const auto url = model::parse_url(*text);
  if (!url) return must(fmt::format("{}: {}", kAccepted, url.error().detail));
  if (url->path != "/" || url->has_query) return must(kAccepted);
  config.public_url = model::origin_of(*url);
  return {};
}
std::string show_public_url(const Config& config) {
  if (!config.public_url.empty()) return toml_text(config.public_url);
  const auto listen = http::server::parse_listen(config.listen);
  return toml_text((config.tls_certificate.empty() ? "http://" : "https://") + (listen ? http::server::to_text(*listen) : config.listen));
}

Result<void> set_data_dir(Config& config, const Value& value) {
  auto text = as_text(value);
  if (!text || text->empty()) return must("the path of a directory");
  config.data_dir = std::move(*text);
  return {};
}

Result<void> set_database_url(Config& config, const Value& value) {
  auto text = as_text(value);
  if (text && text->starts_with("postgres")) return must("sqlite:/path/to/a/file; PostgreSQL comes with a later version");
  if (!text || !text->starts_with(kSqlite) || text->size() == kSqlite.size() || text->starts_with("sqlite://"))
    return must("sqlite:/path/to/a/file");
  config.database_url = std::move(*text);
  return {};
}
std::string show_database_url(const Config& config) { return toml_text(std::string(kSqlite) + config.database_path()); }

Result<void> set_log_level(Config& config, const Value& value) {
  auto text = as_text(value);
  if (!text || !adapters::spdlog::level_named(*text)) return must("debug, info, warning or error");
  config.log_level = std::move(*text);
  return {};
}

Result<void> set_root_key(Config& config, const Value& value) {
  const auto list = as_list(value);
  if (!list) return must("a root key, or several separated by commas; the first seals");
  std::string joined;
  for (const auto& key : *list) joined.append(key).append(",");
  auto keys = adapters::root_key::parse_root_keys(joined, ',', "the root key", "key");
  Secret::wipe(joined);
  if (!keys) return model::fail(std::move(keys.error()));
  config.root_keys = std::move(*keys);
  return {};
}
std::string show_root_key(const Config& config) { return config.root_keys.empty() ? "\"\"" : toml_text("***"); }
std::string show_root_key_file(const Config& config) { return toml_text(config.root_keys.empty() ? config.root_key_path() : ""); }

Result<void> set_bootstrap_key(Config& config, const Value& value) {
  auto text = as_text(value);
  if (!text) return must("a text");
  config.bootstrap_key = Secret(std::move(*text));
  return {};
}
std::string show_bootstrap_key(const Config& config) { return config.bootstrap_key.empty() ? "\"\"" : toml_text("***"); }

// ---- the table ------------------------------------------------------------------------------------------------------

using C = Config;

constexpr std::array kSettings{
    Setting{"listen", "VALETKEY_LISTEN", false, set_listen<&C::listen>, show_text<&C::listen>},
    Setting{"listen_internal", "VALETKEY_LISTEN_INTERNAL", false, set_listen<&C::listen_internal>, show_listen_internal},
    Setting{"public_url", "VALETKEY_PUBLIC_URL", false, set_public_url, show_public_url},
    Setting{"tls.certificate", "VALETKEY_TLS_CERTIFICATE", false, set_text<&C::tls_certificate>, show_text<&C::tls_certificate>},
    Setting{"tls.key", "VALETKEY_TLS_KEY", false, set_text<&C::tls_key>, show_text<&C::tls_key>},
    Setting{"insecure", "VALETKEY_INSECURE", false, set_flag<&C::insecure>, show_flag<&C::insecure>},
    Setting{"allowed_hosts", "VALETKEY_ALLOWED_HOSTS", false, set_list<&C::allowed_hosts, check_host>, show_list<&C::allowed_hosts>},
    Setting{"trusted_proxies", "VALETKEY_TRUSTED_PROXIES", false, set_list<&C::trusted_proxies, check_network>,
            show_list<&C::trusted_proxies>},
    Setting{"data_dir", "VALETKEY_DATA_DIR", false, set_data_dir, show_text<&C::data_dir>},
    Setting{"database_url", "VALETKEY_DATABASE_URL", false, set_database_url, show_database_url},
    Setting{"root_key", "VALETKEY_ROOT_KEY", true, set_root_key, show_root_key},
    Setting{"root_key_file", "VALETKEY_ROOT_KEY_FILE", false, set_text<&C::root_key_file>, show_root_key_file},
    Setting{"bootstrap_key", "VALETKEY_BOOTSTRAP_KEY", true, set_bootstrap_key, show_bootstrap_key},
    Setting{"bootstrap_key_file", "VALETKEY_BOOTSTRAP_KEY_FILE", false, set_text<&C::bootstrap_key_file>,
            show_text<&C::bootstrap_key_file>},
    Setting{"egress.allow", "VALETKEY_EGRESS_ALLOW", false, set_list<&C::egress_allow, check_egress>, show_list<&C::egress_allow>},
    Setting{"ca_file", "VALETKEY_CA_FILE", false, set_text<&C::ca_file>, show_text<&C::ca_file>},
    Setting{"machine_id", "VALETKEY_MACHINE_ID", false, set_text<&C::machine_id>, show_text<&C::machine_id>},
    Setting{"log_level", "VALETKEY_LOG_LEVEL", false, set_log_level, show_text<&C::log_level>},
    Setting{"threads", "VALETKEY_THREADS", false, set_number<&C::threads, 0, 256>, show_number<&C::threads>},
    Setting{"script_workers", "VALETKEY_SCRIPT_WORKERS", false, set_number<&C::script_workers, 1, 64>, show_number<&C::script_workers>},
    Setting{"cache_bytes", "VALETKEY_CACHE_BYTES", false, set_size<&C::cache_bytes, 1 << 20>, show_size<&C::cache_bytes>},
    Setting{"webhook_body_limit", "VALETKEY_WEBHOOK_BODY_LIMIT", false, set_size<&C::webhook_body_limit, 1 << 10, 1 << 20>,
            show_size<&C::webhook_body_limit>},
    Setting{"token_request_timeout", "VALETKEY_TOKEN_REQUEST_TIMEOUT", false, set_duration<&C::token_request_timeout, 1, 120>,
            show_duration<&C::token_request_timeout>},
    Setting{"proxy.connect_timeout", "VALETKEY_PROXY_CONNECT_TIMEOUT", false, set_duration<&C::proxy_connect_timeout, 1, 300>,
            show_duration<&C::proxy_connect_timeout>},
    Setting{"proxy.head_timeout", "VALETKEY_PROXY_HEAD_TIMEOUT", false, set_duration<&C::proxy_head_timeout, 1, 3'600>,
            show_duration<&C::proxy_head_timeout>},
    Setting{"proxy.idle_timeout", "VALETKEY_PROXY_IDLE_TIMEOUT", false, set_duration<&C::proxy_idle_timeout, 1, 3'600>,
            show_duration<&C::proxy_idle_timeout>},
    Setting{"refresh_margin", "VALETKEY_REFRESH_MARGIN", false, set_duration<&C::refresh_margin, 1, 86'400>,
            show_duration<&C::refresh_margin>},
    Setting{"validation_interval", "VALETKEY_VALIDATION_INTERVAL", false, set_duration<&C::validation_interval, 0, kLongest>,
            show_duration<&C::validation_interval>},
    Setting{"drain_timeout", "VALETKEY_DRAIN_TIMEOUT", false, set_duration<&C::drain_timeout, 1, 3'600>, show_duration<&C::drain_timeout>},
    Setting{"event_retention", "VALETKEY_EVENT_RETENTION", false, set_duration<&C::event_retention, 60, kLongest>,
            show_duration<&C::event_retention>},
    Setting{"delivery_concurrency", "VALETKEY_DELIVERY_CONCURRENCY", false, set_number<&C::delivery_concurrency, 1, 512>,
            show_number<&C::delivery_concurrency>},
    Setting{"max_credentials_per_tenant", "VALETKEY_MAX_CREDENTIALS_PER_TENANT", false, set_quota<&C::max_credentials_per_tenant>,
            show_quota<&C::max_credentials_per_tenant>},
    Setting{"max_connections_per_tenant", "VALETKEY_MAX_CONNECTIONS_PER_TENANT", false, set_quota<&C::max_connections_per_tenant>,
            show_quota<&C::max_connections_per_tenant>},
};

const Setting* found(std::string_view Setting::* member, std::string_view wanted) {
  const auto setting = std::ranges::find(kSettings, wanted, member);
  return setting == kSettings.end() ? nullptr : &*setting;
}

}  // namespace

std::span<const Setting> settings() { return kSettings; }
const Setting* setting_named(std::string_view name) { return found(&Setting::name, name); }
const Setting* setting_of_variable(std::string_view variable) { return found(&Setting::variable, variable); }

}  // namespace valetkey
