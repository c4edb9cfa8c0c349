#pragma once

namespace CLI {
class App;
}

namespace valetkey::cli {

class Program;

/// `services try`.
void add_try(CLI::App& group, Program& program);

}  // namespace valetkey::cli
