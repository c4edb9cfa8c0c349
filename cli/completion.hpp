#pragma once
#include <string>

namespace CLI {
class App;
}

namespace valetkey::cli {

enum class Shell { kBash, kZsh, kFish };

/// Completes the commands and options of `root`. It asks no broker.
std::string completion_script(const CLI::App& root, Shell shell);

}  // namespace valetkey::cli
