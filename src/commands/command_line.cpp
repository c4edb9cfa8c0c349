#include "commands/command_line.hpp"
namespace valetkey::commands {
int run(std::span<char*>, std::span<char*>, App::Doubles) { return kOk; }
}  // namespace valetkey::commands
