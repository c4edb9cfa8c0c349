#include <span>

#include "commands/command_line.hpp"

extern char** environ;

int main(int argc, char** argv) {
  std::size_t count = 0;
  while (environ[count] != nullptr) ++count;
  return valetkey::commands::run({argv, static_cast<std::size_t>(argc)}, {environ, count});
}
