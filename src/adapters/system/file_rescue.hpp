#pragma once
#include <boost/asio/thread_pool.hpp>

#include "ports/rescue.hpp"

namespace valetkey::adapters::system {

/// One file a record, `<name>.rescue`, in a directory of its own below data_dir; files are 0600, the directory 0700. Writing is
/// temporary file, fsync, rename, fsync of the directory, on one thread of its own. Outlives every call that waits for it; the contexts of
/// the callers outlive it. kInvalidInput for a name other than [A-Za-z0-9_-]{1,128}, kStoreUnavailable when the disk refuses.
class FileRescue final : public ports::Rescue {
 public:
  explicit FileRescue(std::string directory) : directory_(std::move(directory)) {}
  /// Ends what was begun first.
  ~FileRescue() override { writer_.join(); }
  FileRescue(const FileRescue&) = delete;
  FileRescue& operator=(const FileRescue&) = delete;

  ports::Answer<void> keep(std::string name, std::string sealed) override;
  ports::Answer<std::vector<std::pair<std::string, std::string>>> all() override;
  ports::Answer<void> drop(std::string name) override;

 private:
  std::string directory_;
  boost::asio::thread_pool writer_{1};
};

}  // namespace valetkey::adapters::system
