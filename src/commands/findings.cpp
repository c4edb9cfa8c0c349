#include "commands/findings.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace valetkey::commands {
namespace {

std::string line(std::string_view level, const std::string& what, const std::string& detail, const std::string& advice) {
  return fmt::format("{:<8} {}: {}{}{}", level, what, detail, advice.empty() ? "" : "; ", advice);
}

}  // namespace

void Findings::ok(std::string what, std::string detail) { lines_.push_back(line("ok", what, detail, "")); }

void Findings::warning(std::string what, std::string detail, std::string advice) {
  lines_.push_back(line("warning", what, detail, advice));
}

void Findings::problem(std::string what, std::string detail, std::string advice, int status) {
  lines_.push_back(line("problem", what, detail, advice));
  status_ = std::max(status_, status);
}

}  // namespace valetkey::commands
