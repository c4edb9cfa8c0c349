#pragma once
#include <string>
#include <vector>

#include "cli/body.hpp"
#include "cli/failure.hpp"
#include "model/secret.hpp"

namespace CLI {
class App;
}

namespace valetkey::cli {

/// Where a client secret comes from; never an argument.
struct SecretSource {
  bool is_stdin = false;
  std::string file;

  [[nodiscard]] bool is_given() const { return is_stdin || !file.empty(); }
  [[nodiscard]] std::string where() const { return is_stdin ? "--client-secret-stdin" : "--client-secret-file"; }
  [[nodiscard]] Outcome<model::Secret> read() const;
  /// Asked on the terminal where nothing was given.
  [[nodiscard]] Outcome<model::Secret> read_or_ask() const;
};

void add_secret_options(CLI::App& command, SecretSource& source);

/// The members of a credential as flags, over those of a file.
struct CredentialWish {
  std::string file;
  std::vector<std::pair<std::string, std::string>> texts{};  ///< member, text
  std::vector<std::string> scopes;
  std::vector<std::string> return_urls;
  std::vector<std::string> audiences;
  std::vector<std::string> placeholders;
  std::vector<std::string> assignments;
  SecretSource secret;
};

void add_credential_options(CLI::App& command, CredentialWish& wish);

/// The document to send.
Outcome<Body> credential_body(const CredentialWish& wish, const Environment& environment);

}  // namespace valetkey::cli
