#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <filesystem>

#include "cli/commands.hpp"
#include "cli/files.hpp"
#include "cli/output.hpp"
#include "cli/profiles.hpp"
#include "cli/program.hpp"
#include "cli/terminal.hpp"
#include "cli/text.hpp"

namespace valetkey::cli {
namespace {

namespace json = boost::json;

/// Reads the file, lets `change` work on it, and writes it.
Outcome<void> change_profiles(const Program& program, const std::function<Outcome<void>(Profiles&)>& change) {
  auto path = profiles_path(program.environment());
  if (!path) return fail(std::move(path.error()));
  auto profiles = load_profiles(*path);
  if (!profiles) return fail(std::move(profiles.error()));
  if (auto changed = change(*profiles); !changed) return changed;
  return save_profiles(*path, *profiles);
}

std::unexpected<Failure> unknown(const std::string& name) {
  return fail(kNotFound, fmt::format("there is no profile {}", printable(name)), "`valetkey profile list` shows them");
}

/// From VALETKEY_API_KEY, else from standard input where that is no terminal, else typed.
Outcome<model::Secret> new_key(const Program& program) {
  auto key = program.environment().take("VALETKEY_API_KEY");
  if (!key.empty()) return key;
  if (!is_input_terminal()) return read_secret("-");
  return typed_secret("API key", {});
}

Done add_profile_of(const Program& program, const std::string& name) {
  if (!is_profile_name(name))
    return fail(kUsage, fmt::format("the name of a profile, {}: letters, digits, dot, hyphen and underscore only", masked(name)));
  auto url = checked_url(
      program.common.url.empty() ? program.environment().get("VALETKEY_URL").value_or("http://127.0.0.1:8420") : program.common.url,
      program.common.is_insecure);
  if (!url) return fail(std::move(url.error()));
  auto key = new_key(program);
  if (!key) return fail(std::move(key.error()));
  const Profile profile{.url = *url, .key = std::move(*key), .ca_file = program.common.ca_file};
  auto saved = save_profile(program, name, profile);
  if (!saved) return fail(std::move(saved.error()));
  print_done(program, json::object{{"name", name}, {"url", *url}, {"current", *saved}},
             fmt::format("profile {} is for {}{}", name, *url,
                         *saved ? ", and in use" : fmt::format("; `valetkey profile use {}` puts it in use", name)),
             "name");
  return kOk;
}

Done list_profiles(const Program& program) {
  auto path = profiles_path(program.environment());
  if (!path) return fail(std::move(path.error()));
  auto profiles = load_profiles(*path);
  if (!profiles) return fail(std::move(profiles.error()));
  json::array data;
  for (const auto& [name, profile] : profiles->named)
    data.push_back(json::object{{"name", name}, {"url", profile.url}, {"current", name == profiles->current}});
  print_page(program, json::object{{"data", std::move(data)}, {"next", nullptr}}, {{"NAME", "name"}, {"IN USE", "current"}, {"URL", "url"}},
             "name");
  return kOk;
}

Done use_profile(const Program& program, const std::string& name) {
  auto used = change_profiles(program, [&](Profiles& profiles) -> Outcome<void> {
    if (!profiles.named.contains(name)) return unknown(name);
    profiles.current = name;
    return {};
  });
  if (!used) return fail(std::move(used.error()));
  print_done(program, json::object{{"name", name}, {"current", true}}, fmt::format("profile {} is in use", name), "name");
  return kOk;
}

Done remove_profile(const Program& program, const std::string& name) {
  auto removed = change_profiles(program, [&](Profiles& profiles) -> Outcome<void> {
    if (profiles.named.erase(name) == 0) return unknown(name);
    if (profiles.current == name) profiles.current.clear();
    return {};
  });
  if (!removed) return fail(std::move(removed.error()));
  print_done(program, json::object{{"name", name}, {"removed", true}}, fmt::format("removed profile {}; its key still works", name),
             "name");
  return kOk;
}

void add_named(CLI::App& group, Program& program, const std::string& verb, const std::string& what,
               Done (*act)(const Program&, const std::string&)) {
  auto name = std::make_shared<std::string>();
  auto& command = add_command(group, program, verb, what, [&program, name, act] { return act(program, *name); });
  command.add_option("NAME", *name, "the profile")->required();
}

}  // namespace

Outcome<bool> save_profile(const Program& program, const std::string& name, const Profile& profile) {
  bool is_current = false;
  auto saved = change_profiles(program, [&](Profiles& profiles) -> Outcome<void> {
    auto& stored = profiles.named.insert_or_assign(name, profile).first->second;
    // It is used from any folder later.
    if (!stored.ca_file.empty()) stored.ca_file = std::filesystem::absolute(stored.ca_file).string();
    if (profiles.current.empty()) profiles.current = name;
    is_current = profiles.current == name;
    return {};
  });
  if (!saved) return fail(std::move(saved.error()));
  return is_current;
}

void add_profile(CLI::App& app, Program& program) {
  auto& group = add_group(app, "profile", "brokers and keys, in a file that only you can read");
  add_named(group, program, "add", "store a broker (--url) and a key, read from VALETKEY_API_KEY, standard input or the terminal",
            add_profile_of);
  add_command(group, program, "list", "the profiles, without their keys", [&program] { return list_profiles(program); });
  add_named(group, program, "use", "put a profile in use", use_profile);
  add_named(group, program, "remove", "forget a profile", remove_profile);
}

}  // namespace valetkey::cli
