#include "config.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <filesystem>

#include "config_sources.hpp"
#include "http/server/settings.hpp"
#include "secret_file.hpp"

namespace valetkey {
namespace {

namespace fs = std::filesystem;
using model::Code;

constexpr const char* kDefaultFile = "valetkey.toml";
constexpr std::string_view kDefault = "default";
constexpr std::string_view kFromFile = "file";
constexpr std::string_view kSqlite = "sqlite:";

/// Collects what is wrong, so that all of it is told at once.
class Faults {
 public:
  void add(std::string line) {
    lines_.push_back(std::move(line));
    code_ = Code::kInvalidInput;
  }
  void add(std::string_view place, std::string_view name, const model::Error& error) {
    lines_.push_back(fmt::format("{}: {}{}{}", place, name, name.empty() ? "" : ": ", error.detail));
    if (lines_.size() == 1) code_ = error.code;
    else if (code_ != error.code) code_ = Code::kInvalidInput;
  }
  [[nodiscard]] model::Result<void> result() const {
    if (lines_.empty()) return {};
    return model::fail(code_, fmt::format("{}", fmt::join(lines_, "\n")));
  }

 private:
  std::vector<std::string> lines_;
  Code code_ = Code::kInvalidInput;
};

void wipe(SettingValue& value) {
  if (auto* text = std::get_if<std::string>(&value)) model::Secret::wipe(*text);
  if (auto* list = std::get_if<std::vector<std::string>>(&value))
    for (auto& entry : *list) model::Secret::wipe(entry);
}

/// A secret and the file that holds it are one setting in two forms: where both are given, the environment's counts.
void drop_overridden(std::vector<Assignment>& file, const std::vector<Assignment>& environment) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 2> kForms{
      {{"root_key", "root_key_file"}, {"bootstrap_key", "bootstrap_key_file"}}};
  const auto is_set = [&](std::string_view name) {
    return std::ranges::any_of(environment, [&](const auto& one) { return one.setting->name == name; });
  };
  std::erase_if(file, [&](auto& one) {
    for (const auto& [key, key_file] : kForms)
      if ((one.setting->name == key || one.setting->name == key_file) && (is_set(key) || is_set(key_file))) {
        if (one.setting->is_secret) wipe(one.value);
        return true;
      }
    return false;
  });
}

void take_over(Config& config, std::vector<Assignment>& assignments, bool is_environment, Faults& faults) {
  for (auto& [setting, value, place] : assignments) {
    if (auto set = setting->set(config, value); !set) faults.add(place, is_environment ? "" : setting->name, set.error());
    else config.origins[std::string(setting->name)] = is_environment ? setting->variable : kFromFile;
    if (setting->is_secret) wipe(value);
  }
}

void add_all(Faults& faults, const Source& source) {
  for (const auto& fault : source.faults) faults.add(fault);
}

bool is_set(const Config& config, const char* name) { return config.origins.at(name) != kDefault; }

/// What no setting alone can tell.
void check_together(const Config& config, Faults& faults) {
  if (config.tls_certificate.empty() != config.tls_key.empty()) faults.add("tls: certificate and key must be set together");
  if (is_set(config, "root_key") && is_set(config, "root_key_file")) faults.add("root_key, root_key_file: only one of them may be set");
  if (is_set(config, "bootstrap_key") && is_set(config, "bootstrap_key_file"))
    faults.add("bootstrap_key, bootstrap_key_file: only one of them may be set");
  http::server::Settings server{.insecure = config.insecure};
  if (!config.tls_certificate.empty()) server.tls.emplace();
  if (auto listen = http::server::parse_listen(config.listen)) server.listen = std::move(*listen);
  if (!config.listen_internal.empty())
    if (auto listen = http::server::parse_listen(config.listen_internal)) server.listen_internal = std::move(*listen);
  if (auto allowed = http::server::check_settings(server); !allowed) faults.add(allowed.error().detail);
}

void read_bootstrap_key(Config& config, Faults& faults) {
  if (config.bootstrap_key_file.empty()) return;
  auto key = secret_from_file(config.bootstrap_key_file);
  if (key) config.bootstrap_key = std::move(*key);
  else faults.add("bootstrap_key_file", "", key.error());
}

}  // namespace

std::string Config::database_path() const {
  if (!database_url.empty()) return database_url.substr(kSqlite.size());
  return (fs::path(data_dir) / "valetkey.db").string();
}

std::string Config::root_key_path() const {
  if (!root_key_file.empty()) return root_key_file;
  auto beside = fs::absolute(data_dir).lexically_normal();
  if (!beside.has_filename()) beside = beside.parent_path();
  return beside.string() + ".root-key";
}

std::string Config::rescue_path() const { return (fs::path(data_dir) / "rescue").string(); }

model::Result<Config> load_config(const std::string& path, std::span<char*> environment) {
  // First, so that secrets are gone from there whatever comes.
  auto from_environment = read_environment(environment);
  Source from_file;
  std::error_code ignored;
  if (!path.empty() || fs::exists(kDefaultFile, ignored)) from_file = read_config_file(path.empty() ? kDefaultFile : path);

  Config config;
  Faults faults;
  for (const auto& setting : settings()) config.origins[std::string(setting.name)] = kDefault;
  add_all(faults, from_file);
  add_all(faults, from_environment);
  drop_overridden(from_file.assignments, from_environment.assignments);
  take_over(config, from_file.assignments, false, faults);
  take_over(config, from_environment.assignments, true, faults);
  check_together(config, faults);
  read_bootstrap_key(config, faults);
  if (auto sound = faults.result(); !sound) return model::fail(std::move(sound.error()));
  return config;
}

std::string describe(const Config& config) {
  std::string out;
  for (const auto& setting : settings())
    out += fmt::format("{:<64}  # {}\n", fmt::format("{} = {}", setting.name, setting.show(config)),
                       config.origins.at(std::string(setting.name)));
  return out;
}

}  // namespace valetkey
