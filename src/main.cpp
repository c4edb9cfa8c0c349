#include <cstring>
#include <span>

#include "adapters/javascriptcore/worker/serve_calls.hpp"
#include "commands/command_line.hpp"

extern char** environ;

int main(int argc, char** argv) {
  // A script worker is this program again, before it has read, opened or seen anything (S36).
  if (argc == 2 && std::strcmp(argv[1], "script-worker") == 0) return valetkey::adapters::javascriptcore::worker::serve_calls();
  std::size_t count = 0;
  while (environ[count] != nullptr) ++count;
  return valetkey::commands::run({argv, static_cast<std::size_t>(argc)}, {environ, count});
}
