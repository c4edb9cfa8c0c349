#pragma once
#include <string>

#include "cli/environment.hpp"
#include "cli/failure.hpp"
#include "cli/table.hpp"
#include "model/secret.hpp"

namespace valetkey::cli {

bool is_input_terminal();
bool is_output_terminal();

/// Of standard output: colour and width on a terminal only; no colour with NO_COLOR or TERM=dumb.
Style output_style(const Environment& environment);

/// Asks on the terminal; true for y or yes. Only where is_input_terminal().
bool agrees(const std::string& question);

/// Asks on the terminal without showing what is typed. kUsage where there is no terminal, `hint` says what to do then.
Outcome<model::Secret> typed_secret(const std::string& question, const std::string& hint);

}  // namespace valetkey::cli
