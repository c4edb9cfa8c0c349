#include "adapters/system/system_random.hpp"

#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <pthread.h>

#include <array>
#include <atomic>
#include <cstring>
#include <stdexcept>

namespace valetkey::adapters::system {
namespace {

std::atomic<unsigned> forks{0};  // rises in each child

void draw(unsigned char* out, std::size_t size) {
  if (RAND_bytes(out, static_cast<int>(size)) != 1) throw std::runtime_error("the system's random generator failed");
}

struct Buffer {
  std::array<unsigned char, 4096> bytes;
  std::size_t used = bytes.size();
  unsigned fork = forks.load(std::memory_order_relaxed);

  ~Buffer() { OPENSSL_cleanse(bytes.data(), bytes.size()); }

  void give(std::span<unsigned char> out) {
    if (const auto now = forks.load(std::memory_order_relaxed); now != fork) {
      OPENSSL_cleanse(bytes.data(), bytes.size());
      used = bytes.size();
      fork = now;
    }
    if (bytes.size() - used < out.size()) {
      draw(bytes.data(), bytes.size());
      used = 0;
    }
    std::memcpy(out.data(), bytes.data() + used, out.size());
    OPENSSL_cleanse(bytes.data() + used, out.size());
    used += out.size();
  }
};

}  // namespace

void SystemRandom::fill(std::span<unsigned char> out) {
  static const int kRegistered = pthread_atfork(nullptr, nullptr, [] { forks.fetch_add(1, std::memory_order_relaxed); });
  if (kRegistered != 0) throw std::runtime_error("no memory for the fork handler of the random generator");
  thread_local Buffer buffer;
  if (out.empty()) return;
  if (out.size() > buffer.bytes.size()) draw(out.data(), out.size());
  else buffer.give(out);
}

}  // namespace valetkey::adapters::system
