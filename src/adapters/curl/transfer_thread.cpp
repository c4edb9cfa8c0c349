#include "adapters/curl/transfer_thread.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <stdexcept>

#include "adapters/curl/call.hpp"

namespace valetkey::adapters::curl {
namespace {

constexpr std::string_view kShuttingDown = "the broker is shutting down";
constexpr std::string_view kDeadline = "the deadline passed";
constexpr model::Milliseconds kLongestPoll{60'000};

CURLcode initialise() {
  // read by curl_global_init: the keys of every TLS session would go to that file
  ::unsetenv("SSLKEYLOGFILE");
  return curl_global_init(CURL_GLOBAL_DEFAULT);
}

void* make_multi() {
  static const auto kInitialised = initialise();
  auto* multi = kInitialised == CURLE_OK ? curl_multi_init() : nullptr;
  if (multi == nullptr) throw std::runtime_error("libcurl cannot be initialised");
  return multi;
}

}  // namespace

TransferThread::TransferThread(Settings settings, const ports::Clock& clock)
    : settings_(std::move(settings)),
      clock_(clock),
      multi_(make_multi()),
      thread_([this] { run(); }) {}

TransferThread::~TransferThread() {
  {
    const std::lock_guard lock(mutex_);
    is_stopping_ = true;
  }
  curl_multi_wakeup(multi_);
  thread_.join();
  curl_multi_cleanup(multi_);
}

void TransferThread::submit(std::unique_ptr<Call> call) {
  {
    const std::lock_guard lock(mutex_);
    inbox_.push_back(std::move(call));
    if (inbox_.size() > 1) return;  // the thread was woken already
  }
  curl_multi_wakeup(multi_);
}

void TransferThread::run() {
  // signals belong to the main thread; SIGPIPE to nobody
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);

  while (take_inbox()) {
    expire_waiting();
    start_waiting();
    int running = 0;
    if (curl_multi_perform(multi_, &running) != CURLM_OK) abandon_active("libcurl failed");
    collect();
    if (!waiting_.empty() && has_place()) continue;
    if (curl_multi_poll(multi_, nullptr, 0, poll_timeout(), nullptr) != CURLM_OK) abandon_active("libcurl failed");
  }
  abandon_waiting(kShuttingDown);
  abandon_active(kShuttingDown);
}

/// False when it is time to stop.
bool TransferThread::take_inbox() {
  const std::lock_guard lock(mutex_);
  std::ranges::move(inbox_, std::back_inserter(waiting_));
  inbox_.clear();
  return !is_stopping_;
}

bool TransferThread::has_place() const { return active_.size() < settings_.most_in_flight; }

void TransferThread::expire_waiting() {
  const auto now = clock_.boot_now();
  std::erase_if(waiting_, [now](const auto& call) {
    if (call->ends_at() > now) return false;
    call->abandon(kDeadline);
    return true;
  });
}

void TransferThread::start_waiting() {
  for (; !waiting_.empty() && has_place(); waiting_.pop_front()) start(std::move(waiting_.front()));
}

void TransferThread::start(std::unique_ptr<Call> call) {
  const auto left = std::chrono::floor<model::Milliseconds>(call->ends_at() - clock_.boot_now());
  if (left <= model::Milliseconds{0}) {
    call->abandon(kDeadline);
    return;
  }
  auto* easy = call->start(settings_, left);
  if (easy == nullptr || curl_multi_add_handle(multi_, easy) != CURLM_OK) {
    call->abandon("libcurl refuses the call");
    return;
  }
  active_.emplace(easy, std::move(call));
}

void TransferThread::collect() {
  int left = 0;
  while (const auto* message = curl_multi_info_read(multi_, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    const auto result = message->data.result;  // `message` does not outlive the removal
    auto call = active_.extract(message->easy_handle);
    curl_multi_remove_handle(multi_, call.key());
    call.mapped()->finish(result);
  }
}

void TransferThread::abandon_active(std::string_view reason) {
  for (auto& [easy, call] : active_) {
    curl_multi_remove_handle(multi_, easy);
    call->abandon(reason);
  }
  active_.clear();
}

void TransferThread::abandon_waiting(std::string_view reason) {
  for (auto& call : waiting_) call->abandon(reason);
  waiting_.clear();
}

int TransferThread::poll_timeout() const {
  auto timeout = kLongestPoll;
  const auto now = clock_.boot_now();
  for (const auto& call : waiting_)
    timeout = std::clamp(std::chrono::ceil<model::Milliseconds>(call->ends_at() - now), model::Milliseconds{0}, timeout);
  return static_cast<int>(timeout.count());
}

}  // namespace valetkey::adapters::curl
