#pragma once
#include <memory>
#include <string>

#include "model/error.hpp"

namespace valetkey {

/// The right to serve from a data directory: two brokers on one would send refresh tokens twice. Ends with the process, whatever
/// happens to it.
class ServeLock {
 public:
  /// Makes the directory (0700) when it is missing. kConflict while another process has the lock.
  static model::Result<std::unique_ptr<ServeLock>> take(const std::string& data_dir);
  /// Whether some process serves from the directory now.
  static bool is_taken(const std::string& data_dir);
  ServeLock(const ServeLock&) = delete;
  ~ServeLock();

 private:
  explicit ServeLock(int file) : file_(file) {}
  int file_;
};

}  // namespace valetkey
