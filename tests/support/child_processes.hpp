#pragma once
#include <sys/types.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <string>

namespace valetkey::test {

/// The processes that this one has made and that run the program of this name (its first 15 bytes).
inline std::set<pid_t> children_named(const std::string& name) {
  std::set<pid_t> out;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    std::ifstream file(entry.path() / "stat");
    std::string line;
    if (!std::getline(file, line)) continue;
    const auto open = line.find('(');
    const auto close = line.rfind(')');
    if (open == std::string::npos || close == std::string::npos) continue;
    char state = 0;
    pid_t parent = 0;
    if (std::sscanf(line.c_str() + close + 1, " %c %d", &state, &parent) != 2 || parent != ::getpid() || state == 'Z') continue;
    if (line.substr(open + 1, close - open - 1) == name.substr(0, 15)) out.insert(static_cast<pid_t>(std::stol(line)));
  }
  return out;
}

}  // namespace valetkey::test
