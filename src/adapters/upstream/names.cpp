#include "adapters/upstream/names.hpp"

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <csignal>
#include <cstring>

namespace valetkey::adapters::upstream {
namespace {

constexpr std::size_t kMostThreads = 32;

model::Address address_of(const sockaddr& generic) {
  model::Address address{.is_v4 = generic.sa_family == AF_INET};
  if (address.is_v4) std::memcpy(address.bytes.data(), &reinterpret_cast<const sockaddr_in&>(generic).sin_addr, 4);
  else std::memcpy(address.bytes.data(), &reinterpret_cast<const sockaddr_in6&>(generic).sin6_addr, 16);
  return address;
}

}  // namespace

model::Result<Addresses> system_addresses(const std::string& host) {
  const addrinfo hints{.ai_flags = AI_ADDRCONFIG, .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
  addrinfo* found = nullptr;
  if (const int error = ::getaddrinfo(host.c_str(), nullptr, &hints, &found); error != 0)
    return model::fail(model::Code::kUpstreamUnreachable, "the name cannot be resolved", {::gai_strerror(error)});
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, ::freeaddrinfo);
  Addresses addresses;
  for (const auto* entry = found; entry != nullptr; entry = entry->ai_next)
    if (entry->ai_family == AF_INET || entry->ai_family == AF_INET6) addresses.push_back(address_of(*entry->ai_addr));
  return addresses;
}

Names::Names(Resolver resolver) : resolver_(resolver ? std::move(resolver) : Resolver(system_addresses)) {}

Names::~Names() {
  {
    const std::lock_guard lock(mutex_);
    is_over_ = true;
  }
  changed_.notify_all();
  for (auto& thread : threads_) thread.join();
}

void Names::resolve(Job job) {
  {
    const std::lock_guard lock(mutex_);
    jobs_.push_back(std::move(job));
    if (idle_ < jobs_.size() && threads_.size() < kMostThreads) threads_.emplace_back([this] { work(); });
  }
  changed_.notify_one();
}

void Names::work() {
  sigset_t all;  // signals belong to the main thread
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_BLOCK, &all, nullptr);
  std::unique_lock lock(mutex_);
  while (!is_over_) {
    if (jobs_.empty()) {
      ++idle_;
      changed_.wait(lock, [this] { return is_over_ || !jobs_.empty(); });
      --idle_;
      continue;
    }
    auto job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    if (!job.asker.expired()) job.done(resolver_(job.host));
    job = {};
    lock.lock();
  }
}

}  // namespace valetkey::adapters::upstream
