#include "oauth/single_flight.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <latch>
#include <thread>

#include "support/run_task.hpp"

namespace valetkey::oauth {
namespace {

using Flight = SingleFlight<int>;

/// Work that waits until the test opens the gate.
class Gate {
 public:
  ports::Task<void> wait() {
    return ports::completed_by<bool>([this](ports::Completion<bool> resume) { waiting_.push_back(std::move(resume)); }) ;
  }
  void open() {
    for (auto& resume : std::exchange(waiting_, {})) resume(true);
  }

 private:
  std::vector<ports::Completion<bool>> waiting_;
};

}  // namespace
}  // namespace valetkey::oauth
