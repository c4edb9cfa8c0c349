#include "cli/credential_body.hpp"

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <string_view>

#include "cli/files.hpp"
#include "cli/program.hpp"
#include "cli/terminal.hpp"

namespace valetkey::cli {
namespace {

struct TextMember {
  std::string_view name;
  std::string_view what;
};
constexpr TextMember kTexts[] = {
    {"name", "what it is called"},
    {"description", "what it is for"},
    {"integration", "slug of the integration"},
    {"grant_type", "authorization_code, password or client_credentials"},
    {"client_id", "the client, as the provider named it"},
    {"client_authentication", "none, client_secret_basic or client_secret_post"},
    {"base_uri", "where calls through the broker go"},
    {"authorization_url", "where users sign in"},
    {"token_url", "where tokens come from"},
    {"redirect_uri", "one that was reserved before"},
    {"completion", "confirmed or immediate"},
};

std::string flag_of(std::string_view member) {
  auto flag = "--" + std::string(member);
  for (auto& c : flag)
    if (c == '_') c = '-';
  return flag;
}

void add_list_option(CLI::App& command, const std::string& flag, std::vector<std::string>& into, const std::string& what) {
  command.add_option(flag, into, what)->allow_extra_args(false);
}

}  // namespace

Outcome<model::Secret> SecretSource::read() const { return read_secret(is_stdin ? "-" : file); }

Outcome<model::Secret> SecretSource::read_or_ask() const {
  if (is_given()) return read();
  return typed_secret("client secret", "give it with --client-secret-stdin or --client-secret-file");
}

void add_secret_options(CLI::App& command, SecretSource& source) {
  auto* from_stdin = command.add_flag("--client-secret-stdin", source.is_stdin, "read the client secret from standard input");
  command.add_option("--client-secret-file", source.file, "read the client secret from this file")->excludes(from_stdin);
  refuse_secret(command, "--client-secret", "--client-secret-stdin or --client-secret-file");
}

void add_credential_options(CLI::App& command, CredentialWish& wish) {
  command.add_option("-f,--file", wish.file, "YAML or JSON file with the members, - for standard input");
  for (const auto& [name, what] : kTexts)
    command.add_option_function<std::string>(
        flag_of(name), [&wish, member = std::string(name)](const std::string& text) { wish.texts.emplace_back(member, text); },
        std::string(what));
  add_list_option(command, "--scope", wish.scopes, "one scope; once for each");
  add_list_option(command, "--return-url", wish.return_urls, "where users come back to; once for each");
  add_list_option(command, "--audience", wish.audiences, "one audience that tokens may be asked for");
  add_list_option(command, "--placeholder", wish.placeholders, "name=value of a placeholder");
  add_list_option(command, "--set", wish.assignments, "name=value of any member, the value as in YAML");
  add_secret_options(command, wish.secret);
}

Outcome<Body> credential_body(const CredentialWish& wish, const Environment& environment) {
  auto body = read_body(wish.file);
  if (!body) return body;
  if (auto filled = fill_client_secret(*body, environment); !filled) return fail(std::move(filled.error()));
  for (const auto& [member, text] : wish.texts) body->set(member, boost::json::value(text), flag_of(member));
  body->set_list("scopes", wish.scopes, "--scope");
  body->set_list("return_urls", wish.return_urls, "--return-url");
  body->set_list("audiences", wish.audiences, "--audience");
  if (auto set = body->set_pairs("placeholders", wish.placeholders, "--placeholder"); !set) return fail(std::move(set.error()));
  if (auto set = body->set_any(wish.assignments); !set) return fail(std::move(set.error()));
  if (wish.secret.is_given()) {
    auto secret = wish.secret.read();
    if (!secret) return fail(std::move(secret.error()));
    body->set("client_secret", boost::json::value(secret->reveal()), wish.secret.where());
  }
  return body;
}

}  // namespace valetkey::cli
