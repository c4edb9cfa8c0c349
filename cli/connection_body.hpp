#pragma once
#include <string>
#include <vector>

#include "cli/body.hpp"
#include "cli/program.hpp"

namespace valetkey::cli {

/// A connection that needs no browser.
struct ConnectionWish {
  std::string file;
  std::string credential;  ///< id or name
  std::string end_user;
  std::string end_user_name;
  std::string end_user_email;
  std::string username;
  bool is_password_stdin = false;
  std::string audience;
  std::vector<std::string> scopes;
  std::vector<std::string> fields;
  std::vector<std::string> metadata;
};

void add_end_user_options(CLI::App& command, ConnectionWish& wish);
void add_connection_options(CLI::App& command, ConnectionWish& wish);

/// The document to send. The password of --username is asked on the terminal, or read from standard input.
Outcome<Body> connection_body(Program& program, const ConnectionWish& wish);

/// The member `end_user`.
void set_end_user(Body& body, const ConnectionWish& wish);

}  // namespace valetkey::cli
