#pragma once
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <vector>

#include "adapters/curl/curl_http_client.hpp"

namespace valetkey::adapters::curl {

class Call;

/// The one thread that drives libcurl's multi handle.
class TransferThread {
 public:
  TransferThread(Settings settings, const ports::Clock& clock);
  /// Ends every call with a failure.
  ~TransferThread();
  TransferThread(const TransferThread&) = delete;
  TransferThread& operator=(const TransferThread&) = delete;

  [[nodiscard]] const Settings& settings() const { return settings_; }
  /// From any thread.
  void submit(std::unique_ptr<Call> call);

 private:
  void run();
  [[nodiscard]] bool take_inbox();
  void start_waiting();
  void start(std::unique_ptr<Call> call);
  void expire_waiting();
  void collect();
  void abandon_active(std::string_view reason);
  void abandon_waiting(std::string_view reason);
  [[nodiscard]] bool has_place() const;
  [[nodiscard]] int poll_timeout() const;

  const Settings settings_;
  const ports::Clock& clock_;
  void* multi_;

  std::mutex mutex_;
  std::vector<std::unique_ptr<Call>> inbox_;
  bool is_stopping_ = false;

  // of the thread alone
  std::deque<std::unique_ptr<Call>> waiting_;
  std::unordered_map<void*, std::unique_ptr<Call>> active_;  // by easy handle

  std::thread thread_;
};

}  // namespace valetkey::adapters::curl
