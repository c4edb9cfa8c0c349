#pragma once
#include <string>

#include "cli/program.hpp"

namespace valetkey::cli {

/// `/v1/<collection>/<id>`, the id encoded.
std::string path_to(std::string_view collection, std::string_view id, std::string_view action = {});

/// The credential that `text` is the id or the name of, as the API answers it. kNotFound when there is none.
Outcome<Reply> find_credential(Program& program, const std::string& text);
Outcome<std::string> credential_id(Program& program, const std::string& text);

/// Asks before something is lost, on a terminal and without --yes. kUsage when the answer is no.
Outcome<void> ask_before(const Program& program, const std::string& question);

}  // namespace valetkey::cli
