#include "cli/completion.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "cli/commands.hpp"
#include "cli/program.hpp"

namespace valetkey::cli {
namespace {

/// Everything that may follow the commands given so far.
struct Place {
  std::string path;  ///< "" or " credentials list"
  std::vector<std::string> commands;
  std::vector<std::string> options;
};

std::vector<std::string> options_of(const CLI::App& app) {
  std::vector<std::string> out;
  for (const auto* option : app.get_options([](const CLI::Option* each) { return !each->get_group().empty(); }))
    for (const auto& name : option->get_lnames()) out.push_back("--" + name);
  return out;
}

void collect(const CLI::App& app, const std::string& path, std::vector<Place>& places) {
  Place place{.path = path, .commands = {}, .options = options_of(app)};
  const auto commands = app.get_subcommands([](const CLI::App* each) { return !each->get_name().empty(); });
  for (const auto* command : commands) place.commands.push_back(command->get_name());
  places.push_back(std::move(place));
  for (const auto* command : commands) collect(*command, path + " " + command->get_name(), places);
}

/// `case` arms that follow the words of the line into `place`, and set `words` there. The same text for bash and zsh.
std::string shell_cases(const std::vector<Place>& places) {
  std::string steps = "    case \"$place $word\" in\n";
  std::string words;
  for (const auto& place : places) {
    if (!place.path.empty()) steps += fmt::format("      \"{0}\") place=\"{0}\" ;;\n", place.path);
    words += fmt::format("    \"{}\") proposals=\"{}\" options=\"{}\" ;;\n", place.path, fmt::join(place.commands, " "),
                         fmt::join(place.options, " "));
  }
  return fmt::format(R"(  for word in "${{before[@]}}"; do
{}    esac
  done
  case "$place" in
{}  esac
)",
                     steps, words);
}

std::string common_options(const std::vector<Place>& places) { return fmt::format("{}", fmt::join(places.front().options, " ")); }

std::string bash_script(const std::vector<Place>& places) {
  return fmt::format(R"(# valetkey completion bash: source it, or put it into /etc/bash_completion.d
_valetkey() {{
  local place="" proposals="" options="" word current="${{COMP_WORDS[COMP_CWORD]}}"
  local before=("${{COMP_WORDS[@]:1:COMP_CWORD-1}}")
{0}  if [[ $current == -* ]]; then proposals="$options {1}"; fi
  COMPREPLY=($(compgen -W "$proposals" -- "$current"))
}}
complete -o default -F _valetkey valetkey
)",
                     shell_cases(places), common_options(places));
}

std::string zsh_script(const std::vector<Place>& places) {
  return fmt::format(R"(#compdef valetkey
# valetkey completion zsh: put it as _valetkey into a folder of $fpath
_valetkey() {{
  local place="" proposals="" options="" word="" current="$PREFIX"
  local -a before
  before=("${{words[@]:1:$((CURRENT-2))}}")
{0}  if [[ $current == -* ]]; then proposals="$options {1}"; fi
  compadd -- ${{=proposals}}
}}
compdef _valetkey valetkey
)",
                     shell_cases(places), common_options(places));
}

std::string fish_script(const std::vector<Place>& places) {
  // Commands follow the commands before them; options also what a command was given.
  std::string out = R"(# valetkey completion fish: put it into ~/.config/fish/completions/valetkey.fish
function __valetkey_words
  set -l skips 0
  for word in (commandline -opc)[2..-1]
    if test $skips = 1
      set skips 0
    else if contains -- $word --profile --url --ca-file --config
      set skips 1
    else if not string match -q -- '-*' $word
      echo $word
    end
  end
end
function __valetkey_at
  set -l given (__valetkey_words)
  test "$given" = "$argv"
end
function __valetkey_in
  set -l given (__valetkey_words)
  string match -q -- "$argv *" "$given "
end
complete -c valetkey -f
)";
  for (const auto& place : places) {
    const auto at = place.path.empty() ? std::string() : place.path.substr(1);
    if (!place.commands.empty())
      out += fmt::format("complete -c valetkey -n '__valetkey_at {}' -a '{}'\n", at, fmt::join(place.commands, " "));
    for (const auto& option : place.options)
      out += place.path.empty() ? fmt::format("complete -c valetkey -l {}\n", option.substr(2))
                                : fmt::format("complete -c valetkey -n '__valetkey_in {}' -l {}\n", at, option.substr(2));
  }
  return out;
}

}  // namespace

std::string completion_script(const CLI::App& root, Shell shell) {
  std::vector<Place> places;
  collect(root, "", places);
  switch (shell) {
    case Shell::kBash: return bash_script(places);
    case Shell::kZsh: return zsh_script(places);
    case Shell::kFish: return fish_script(places);
  }
  return {};
}

void add_completion(CLI::App& app, Program& program) {
  auto& group = add_group(app, "completion", "a script that completes commands and options");
  const auto add = [&](const char* name, Shell shell) {
    add_command(group, program, name, fmt::format("for {}", name), [&program, shell]() -> Done {
      fmt::print("{}", completion_script(*program.root, shell));
      return kOk;
    });
  };
  add("bash", Shell::kBash);
  add("zsh", Shell::kZsh);
  add("fish", Shell::kFish);
}

}  // namespace valetkey::cli
