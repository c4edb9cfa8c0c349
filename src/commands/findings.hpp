#pragma once
#include <string>
#include <vector>

namespace valetkey::commands {

/// What `valetkey doctor` has to say, in the order of its checks.
class Findings {
 public:
  void ok(std::string what, std::string detail);
  /// It runs, and somebody should do `advice`.
  void warning(std::string what, std::string detail, std::string advice);
  /// `status`: the exit status with which `serve` would refuse.
  void problem(std::string what, std::string detail, std::string advice, int status);

  [[nodiscard]] const std::vector<std::string>& lines() const { return lines_; }
  /// The highest of the problems; 0 without any.
  [[nodiscard]] int status() const { return status_; }

 private:
  std::vector<std::string> lines_;
  int status_ = 0;
};

}  // namespace valetkey::commands
