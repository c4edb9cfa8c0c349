#pragma once
#include <memory>
#include <unordered_map>

#include "adapters/upstream/pool_key.hpp"

struct ssl_session_st;  // NOLINT(readability-identifier-naming): the name is OpenSSL's

namespace valetkey::adapters::upstream {

struct FreeTlsSession {
  void operator()(ssl_session_st* session) const;
};
using ResumableSession = std::unique_ptr<ssl_session_st, FreeTlsSession>;

/// Sessions that new connections of one context can resume, for the same callers as kept connections (S14): resuming one shows its
/// server who was there before, and leaves out the verification that it once passed. Each is used once (RFC 8446 C.4).
class TlsSessions {
 public:
  /// Null: none.
  ResumableSession take(const PoolKeyView& key);
  void put(const PoolKey& key, ResumableSession session);

 private:
  std::unordered_map<PoolKey, ResumableSession, PoolKeyHash, PoolKeyEqual> by_key_;
};

}  // namespace valetkey::adapters::upstream
