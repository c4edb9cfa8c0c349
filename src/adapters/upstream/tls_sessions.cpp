#include "adapters/upstream/tls_sessions.hpp"

#include <openssl/ssl.h>

namespace valetkey::adapters::upstream {
namespace {

constexpr std::size_t kMost = 512;

}  // namespace

void FreeTlsSession::operator()(ssl_session_st* session) const { SSL_SESSION_free(session); }

ResumableSession TlsSessions::take(const PoolKeyView& key) {
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return nullptr;
  auto session = std::move(found->second);
  by_key_.erase(found);
  return session;
}

void TlsSessions::put(const PoolKey& key, ResumableSession session) {
  if (by_key_.size() >= kMost) by_key_.clear();  // the next connections of all verify once more
  by_key_.insert_or_assign(key, std::move(session));
}

}  // namespace valetkey::adapters::upstream
