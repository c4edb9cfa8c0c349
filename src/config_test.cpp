#include "config.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "model/encoding.hpp"
#include "setting.hpp"

namespace valetkey {
namespace {

namespace fs = std::filesystem;
using model::Code;
using model::Seconds;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

const std::string kRootKey = model::to_base64("0123456789abcdef0123456789abcdef");
const std::string kSecondRootKey = model::to_base64("fedcba9876543210fedcba9876543210");

/// An environment block as the process has it.
class Environment {
 public:
  explicit Environment(std::vector<std::string> entries) : entries_(std::move(entries)) {
    for (auto& entry : entries_) pointers_.push_back(entry.data());
  }
  std::span<char*> block() { return pointers_; }
  [[nodiscard]] const std::string& entry(std::size_t i) const { return entries_[i]; }

 private:
  std::vector<std::string> entries_;
  std::vector<char*> pointers_;
};

class ConfigTest : public testing::Test {
 protected:
  void SetUp() override {
    auto pattern = (fs::temp_directory_path() / "config_XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::string file(std::string_view text, unsigned mode = 0600) const {
    auto path = folder_ / "valetkey.toml";
    std::ofstream(path) << text;
    fs::permissions(path, static_cast<fs::perms>(mode));
    return path.string();
  }
  model::Result<Config> load(std::string_view text, std::vector<std::string> variables = {}) const {
    Environment environment(std::move(variables));
    return load_config(file(text), environment.block());
  }
  Config loaded(std::string_view text, std::vector<std::string> variables = {}) const {
    auto config = load(text, std::move(variables));
    EXPECT_TRUE(config) << config.error().detail;
    return config ? *config : Config{};
  }
  /// What is said about a setting that is not accepted.
  std::string fault(std::string_view text, std::vector<std::string> variables = {}) const {
    auto config = load(text, std::move(variables));
    EXPECT_FALSE(config) << "accepted: " << text;
    return config ? "" : config.error().detail;
  }

  fs::path folder_;
};

TEST_F(ConfigTest, defaults_are_those_of_the_documentation) {
  const auto config = loaded("");
  EXPECT_EQ(config.listen, "127.0.0.1:8420");
  EXPECT_EQ(config.database_path(), "./data/valetkey.db");
  EXPECT_EQ(config.rescue_path(), "./data/rescue");
  EXPECT_EQ(config.root_key_path(), (fs::current_path() / "data.root-key").string());
  EXPECT_EQ(config.event_retention, Seconds{30 * 86'400});
  EXPECT_EQ(config.cache_bytes, 256U << 20U);
  EXPECT_EQ(config.origins.size(), settings().size());
  for (const auto& [name, origin] : config.origins) EXPECT_EQ(origin, "default") << name;
}

TEST_F(ConfigTest, security_s42_root_key_lies_beside_data_dir_and_never_inside) {
  for (const auto& [data_dir, key] : std::vector<std::pair<std::string, std::string>>{
           {"/srv/valetkey", "/srv/valetkey.root-key"},
           {"/srv/valetkey/", "/srv/valetkey.root-key"},
           {"/srv/valetkey/.", "/srv/valetkey.root-key"},
           {"/srv/other/../valetkey", "/srv/valetkey.root-key"},
           {".", fs::current_path().string() + ".root-key"},
       })
    EXPECT_EQ(loaded("", {"VALETKEY_DATA_DIR=" + data_dir}).root_key_path(), key) << data_dir;
}

struct Case {
  std::string_view name;
  std::string_view file;         ///< the TOML line
  std::string_view environment;  ///< the value of the variable
  std::string_view shown;        ///< the value as `valetkey config` shows it
};

// One row for each setting: `every_setting_has_a_row` fails for a new one without.
constexpr std::array kCases{
    Case{"listen", "listen = '127.0.0.2:1'", "[::1]:2", "\"[::1]:2\""},
    Case{"listen_internal", "listen_internal = '127.0.0.1:9000'", "127.0.0.1:9001", "\"127.0.0.1:9001\""},
    Case{"public_url", "public_url = 'https://a.example/'", "https://B.example:443", "\"https://b.example\""},
    Case{"tls.certificate", "[tls]\ncertificate = 'c.pem'\nkey = 'k.pem'", "d.pem", "\"d.pem\""},
    Case{"tls.key", "tls.key = 'k.pem'\ntls.certificate = 'c.pem'", "l.pem", "\"l.pem\""},
    Case{"insecure", "insecure = false", "true", "true"},
    Case{"allowed_hosts", "allowed_hosts = ['a.example']", " b.example , c.example,", R"(["b.example", "c.example"])"},
    Case{"trusted_proxies", "trusted_proxies = ['10.0.0.0/8']", "10.1.0.0/16,::1", R"(["10.1.0.0/16", "::1"])"},
    Case{"data_dir", "data_dir = '/srv/a'", "/srv/b", "\"/srv/b\""},
    Case{"database_url", "database_url = 'sqlite:/srv/a.db'", "sqlite:b.db", "\"sqlite:b.db\""},
    Case{"root_key", "root_key = 'MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY='",
         "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=", "\"***\""},
    Case{"root_key_file", "root_key_file = '/srv/a.key'", "/srv/b.key", "\"/srv/b.key\""},
    Case{"bootstrap_key", "bootstrap_key = 'vk_in_the_file'", "vk_in_the_environment", "\"***\""},
    Case{"bootstrap_key_file", "", "", ""},  // a file must exist: bootstrap_key_file_is_read
    Case{"egress.allow", "[egress]\nallow = ['127.0.0.0/8:*']", "10.0.0.0/8:443, [fd00::/8]:443@ten_a",
         R"(["10.0.0.0/8:443", "[fd00::/8]:443@ten_a"])"},
    Case{"ca_file", "ca_file = 'a.pem'", "b.pem", "\"b.pem\""},
    Case{"machine_id", "machine_id = 'a'", "b", "\"b\""},
    Case{"log_level", "log_level = 'debug'", "warning", "\"warning\""},
    Case{"threads", "threads = 3", "4", "4"},
    Case{"script_workers", "script_workers = 2", "8", "8"},
    Case{"cache_bytes", "cache_bytes = '1GiB'", "3145728", "\"3MiB\""},
    Case{"webhook_body_limit", "webhook_body_limit = '256KiB'", "2048", "\"2KiB\""},
    Case{"token_request_timeout", "token_request_timeout = 10", "2m", "\"2m\""},
    Case{"proxy.connect_timeout", "proxy.connect_timeout = 5", "20s", "\"20s\""},
    Case{"proxy.head_timeout", "[proxy]\nhead_timeout = '2m'", "90", "\"90s\""},
    Case{"proxy.idle_timeout", "[proxy]\nidle_timeout = 30", "5m", "\"5m\""},
    Case{"refresh_margin", "refresh_margin = '90s'", "1h", "\"1h\""},
    Case{"validation_interval", "validation_interval = '6h'", "1h", "\"1h\""},
    Case{"drain_timeout", "drain_timeout = '1m'", "61", "\"61s\""},
    Case{"event_retention", "event_retention = '7d'", "36h", "\"36h\""},
    Case{"delivery_concurrency", "delivery_concurrency = 8", "512", "512"},
    Case{"max_credentials_per_tenant", "max_credentials_per_tenant = 10", "unlimited", "\"unlimited\""},
    Case{"max_connections_per_tenant", "max_connections_per_tenant = 'unlimited'", "0", "0"},
};

TEST_F(ConfigTest, every_setting_has_a_row) {
  ASSERT_EQ(kCases.size(), settings().size());
  for (std::size_t i = 0; i < kCases.size(); ++i) EXPECT_EQ(kCases[i].name, settings()[i].name);
}

TEST_F(ConfigTest, each_setting_is_read_from_the_file_and_the_environment_wins) {
  for (const auto& row : kCases) {
    if (row.file.empty()) continue;
    const auto* setting = setting_named(row.name);
    const auto from_file = loaded(row.file);
    EXPECT_EQ(from_file.origins.at(std::string(row.name)), "file") << row.name;
    const auto both = loaded(row.file, {std::string(setting->variable) + "=" + std::string(row.environment)});
    EXPECT_EQ(both.origins.at(std::string(row.name)), setting->variable);
    EXPECT_EQ(setting->show(both), row.shown) << row.name;
  }
}

TEST_F(ConfigTest, an_empty_variable_is_as_good_as_none) {
  for (const auto& setting : settings()) {
    const auto config = loaded("", {std::string(setting.variable) + "="});
    EXPECT_EQ(config.origins.at(std::string(setting.name)), "default") << setting.name;
  }
}

TEST_F(ConfigTest, unknown_settings_are_errors_with_their_place) {
  EXPECT_THAT(fault("listen = ':0'\n\n[egress]\nalow = []"), HasSubstr("valetkey.toml:4: egress.alow: there is no such setting"));
  EXPECT_THAT(fault("[grress]\nallow = []"), HasSubstr("valetkey.toml:1: grress: there is no such setting"));
  EXPECT_THAT(fault("insecure.too = true"), HasSubstr("valetkey.toml:1: insecure: must be"));
  EXPECT_THAT(fault("", {"VALETKEY_DATADIR=/srv"}), HasSubstr("VALETKEY_DATADIR: there is no such setting"));
}

TEST_F(ConfigTest, variables_of_kubernetes_and_of_others_are_ignored) {
  loaded("", {"VALETKEY_PORT=tcp://10.0.0.1:8420", "VALETKEY_PORT_8420_TCP_ADDR=10.0.0.1", "VALETKEY_SERVICE_HOST=10.0.0.1",
              "VALETKEY_SERVICE_PORT_HTTP=8420", "VALETKEY_TEST_DIR=/srv/t", "VALETKEYS=1", "PATH=/bin", "no equals sign", "=C"});
}

TEST_F(ConfigTest, several_faults_are_told_at_once) {
  const auto said = fault("listen = 'nowhere'\nthreads = 1.5\ncolour = 'red'", {"VALETKEY_LOG_LEVEL=loud", "VALETKEY_SHAPE=round"});
  for (const auto* part : {"valetkey.toml:1: listen: must be", "valetkey.toml:2: threads: must be", "valetkey.toml:3: colour: there is",
                           "VALETKEY_LOG_LEVEL: must be debug, info, warning or error", "VALETKEY_SHAPE: there is"})
    EXPECT_THAT(said, HasSubstr(part));
  EXPECT_EQ(std::ranges::count(said, '\n'), 4);
}

TEST_F(ConfigTest, values_are_refused_with_what_is_accepted) {
  for (const auto& [text, accepted] : std::vector<std::pair<std::string, std::string>>{
           {"listen = '127.0.0.1'", "like 127.0.0.1:8420"},
           {"listen = 8420", "an address and a port"},
           {"public_url = 'https://a.example/path'", "an origin without a path"},
           {"public_url = 'a.example'", "an origin"},
           {"insecure = 'yes'", "true or false"},
           {"data_dir = ''", "the path of a directory"},
           {"database_url = 'postgresql://db/valetkey'", "a later version"},
           {"database_url = 'sqlite://srv/a.db'", "sqlite:/path"},
           {"database_url = 'sqlite:'", "sqlite:/path"},
           {"egress.allow = ['10.0.0.0/8']", "10.0.0.0/8: "},
           {"egress.allow = [['10.0.0.0/8:*']]", "a list of texts"},
           {"allowed_hosts = ['https://a.example']", "a host name"},
           {"trusted_proxies = '10.0.0.1/8'", "a network"},
           {"threads = -1", "from 0 to 256"},
           {"threads = 257", "from 0 to 256"},
           {"cache_bytes = '1MB'", "256MiB"},
           {"cache_bytes = 1048575", "at least 1MiB"},
           {"webhook_body_limit = '2MiB'", "at least 1KiB, at most 1MiB"},
           {"cache_bytes = '9223372036854775807GiB'", "256MiB"},
           {"token_request_timeout = 0", R"(from "1s" to "2m")"},
           {"token_request_timeout = 121", R"(from "1s" to "2m")"},
           {"refresh_margin = '5 minutes'", "30s, 5m, 1h or 30d"},
           {"refresh_margin = '-5m'", "30s, 5m, 1h or 30d"},
           {"event_retention = '59s'", R"(from "1m")"},
           {"max_connections_per_tenant = -1", "unlimited"},
           {"ca_file = 7", "a text"},
           {"tls.key = 'k.pem'", "certificate and key must be set together"},
           {"root_key_file = 'a'\nroot_key = '" + kRootKey + "'", "only one of them"},
           {"listen = '0.0.0.0:8420'", "insecure = true"},
           {"listen_internal = '0.0.0.0:8421'", "insecure = true"},
           {"listen =", "not TOML"},
           {"listen = 'a'\nlisten = 'b'", "valetkey.toml:2: not TOML"},
       })
    EXPECT_THAT(fault(text), HasSubstr(accepted)) << text;
}

TEST_F(ConfigTest, security_s21_plain_http_beyond_loopback_must_be_said) {
  loaded("listen = '0.0.0.0:8420'\ninsecure = true");
  loaded("listen = '0.0.0.0:8420'\ntls.certificate = 'c.pem'\ntls.key = 'k.pem'");
  loaded("listen = '[::1]:8420'\nlisten_internal = '127.9.9.9:8421'");
}

TEST_F(ConfigTest, bounds_are_accepted) {
  EXPECT_EQ(loaded("token_request_timeout = 1").token_request_timeout, Seconds{1});
  EXPECT_EQ(loaded("token_request_timeout = '120s'").token_request_timeout, Seconds{120});
  EXPECT_EQ(loaded("threads = 256").threads, 256U);
  EXPECT_EQ(loaded("cache_bytes = '1024KiB'").cache_bytes, 1U << 20U);
  EXPECT_EQ(loaded("event_retention = 60").event_retention, Seconds{60});
  EXPECT_EQ(loaded("max_credentials_per_tenant = 0").max_credentials_per_tenant, 0);
}

TEST_F(ConfigTest, security_s42_secrets_are_wiped_from_the_environment) {
  Environment environment({"VALETKEY_ROOT_KEY=" + kRootKey + "," + kSecondRootKey, "VALETKEY_BOOTSTRAP_KEY=vk_bootstrap",
                           "VALETKEY_LISTEN=127.0.0.1:0", "VALETKEY_SHAPE=round"});
  const auto config = load_config(file(""), environment.block());
  EXPECT_FALSE(config) << "VALETKEY_SHAPE is unknown, and the secrets are gone none the less";
  EXPECT_EQ(environment.entry(0), "VALETKEY_ROOT_KEY=" + std::string(kRootKey.size() * 2 + 1, '\0'));
  EXPECT_EQ(environment.entry(1), "VALETKEY_BOOTSTRAP_KEY=" + std::string(12, '\0'));
  EXPECT_EQ(environment.entry(2), "VALETKEY_LISTEN=127.0.0.1:0");

  const auto good = loaded("", {"VALETKEY_ROOT_KEY=" + kRootKey + "," + kSecondRootKey, "VALETKEY_BOOTSTRAP_KEY=vk_bootstrap"});
  EXPECT_EQ(good.root_keys.size(), 2U);
  EXPECT_EQ(good.bootstrap_key.reveal(), "vk_bootstrap");
  EXPECT_THAT(describe(good), AllOf(Not(HasSubstr(kRootKey)), Not(HasSubstr("vk_bootstrap")), HasSubstr("root_key = \"***\"")));
}

TEST_F(ConfigTest, security_s42_root_key_that_is_none_is_a_key_fault_and_not_shown) {
  const auto twice = load("", {"VALETKEY_ROOT_KEY=" + kRootKey + "," + kRootKey});
  ASSERT_FALSE(twice);
  EXPECT_EQ(twice.error().code, Code::kKeyUnavailable);
  EXPECT_THAT(twice.error().detail, AllOf(HasSubstr("VALETKEY_ROOT_KEY: "), HasSubstr("key 2 repeats"), Not(HasSubstr(kRootKey))));
  const auto broken = load("", {"VALETKEY_ROOT_KEY=not-a-key"});
  ASSERT_FALSE(broken);
  EXPECT_EQ(broken.error().code, Code::kKeyUnavailable);
  EXPECT_THAT(broken.error().detail, Not(HasSubstr("not-a-key")));
  const auto also = load("", {"VALETKEY_ROOT_KEY=not-a-key", "VALETKEY_THREADS=many"});
  ASSERT_FALSE(also);
  EXPECT_EQ(also.error().code, Code::kInvalidInput);
}

TEST_F(ConfigTest, security_s42_file_with_a_secret_must_be_private) {
  Environment none({});
  EXPECT_TRUE(load_config(file("root_key = '" + kRootKey + "'", 0600), none.block()));
  EXPECT_TRUE(load_config(file("threads = 1", 0644), none.block()));
  for (const unsigned mode : {0640U, 0644U, 0604U}) {
    const auto config = load_config(file("root_key = '" + kRootKey + "'", mode), none.block());
    ASSERT_FALSE(config) << mode;
    EXPECT_THAT(config.error().detail, AllOf(HasSubstr("chmod 0600"), Not(HasSubstr(kRootKey))));
  }
}

TEST_F(ConfigTest, the_other_form_in_the_environment_replaces_the_file_s) {
  const auto by_file = loaded("root_key = '" + kRootKey + "'", {"VALETKEY_ROOT_KEY_FILE=/srv/root.key"});
  EXPECT_TRUE(by_file.root_keys.empty());
  EXPECT_EQ(by_file.root_key_path(), "/srv/root.key");
  const auto by_value = loaded("root_key_file = '/srv/root.key'", {"VALETKEY_ROOT_KEY=" + kRootKey});
  EXPECT_EQ(by_value.root_keys.size(), 1U);
  EXPECT_EQ(by_value.origins.at("root_key_file"), "default");
}

TEST_F(ConfigTest, bootstrap_key_file_is_read) {
  const auto path = (folder_ / "bootstrap").string();
  std::ofstream(path) << "vk_from_a_file\n";
  fs::permissions(path, static_cast<fs::perms>(0400));
  const auto config = loaded("bootstrap_key_file = '" + path + "'");
  EXPECT_EQ(config.bootstrap_key.reveal(), "vk_from_a_file");
  EXPECT_THAT(describe(config), AllOf(HasSubstr("bootstrap_key_file = \"" + path), Not(HasSubstr("vk_from_a_file"))));
  fs::permissions(path, static_cast<fs::perms>(0440));
  EXPECT_THAT(fault("bootstrap_key_file = '" + path + "'"), HasSubstr("chmod 0600"));
  EXPECT_THAT(fault("bootstrap_key_file = '/nonexistent/key'"), HasSubstr("No such file"));
  EXPECT_THAT(fault("bootstrap_key_file = '" + folder_.string() + "'"), HasSubstr("not a regular file"));
}

TEST_F(ConfigTest, a_file_that_was_named_must_be_there) {
  Environment none({});
  const auto config = load_config((folder_ / "none.toml").string(), none.block());
  ASSERT_FALSE(config);
  EXPECT_EQ(config.error().code, Code::kInvalidInput);
  EXPECT_THAT(config.error().detail, HasSubstr("none.toml: cannot be read: No such file"));
  EXPECT_FALSE(load_config(folder_.string(), none.block()));
}

TEST_F(ConfigTest, describes_each_setting_with_its_origin) {
  const auto text = describe(loaded("threads = 2", {"VALETKEY_DATA_DIR=/srv/v"}));
  EXPECT_EQ(std::ranges::count(text, '\n'), static_cast<std::ptrdiff_t>(settings().size()));
  EXPECT_THAT(
      text, AllOf(HasSubstr("threads = 2 "), HasSubstr("# file\n"), HasSubstr("data_dir = \"/srv/v\""), HasSubstr("# VALETKEY_DATA_DIR\n"),
                  HasSubstr("database_url = \"sqlite:/srv/v/valetkey.db\""), HasSubstr("root_key_file = \"/srv/v.root-key\""),
                  HasSubstr("listen_internal = \"127.0.0.1:8420\""), HasSubstr("public_url = \"http://127.0.0.1:8420\"")));
}

}  // namespace
}  // namespace valetkey
