#pragma once
#include <memory>
#include <mutex>
#include <string>
#include <unordered_set>

#include "http/request.hpp"
#include "http/response.hpp"
#include "vault/records.hpp"

namespace valetkey::http {

/// One request with an Idempotency-Key, from before the handler until its answer is made.
class IdempotentCall {
 public:
  /// Adds the record of `response` to the unit that holds the effect, so that both are there or neither.
  void keep(ports::Unit& unit, const Response& response);

  std::string record_id;
  std::string tenant;
  std::string body_digest;
  std::int64_t expires_at = 0;         ///< unix ms
  std::int64_t expired_revision = 0;   ///< of an expired record under this id; 0: none
  bool kept = false;
};

/// Adds the record of the answer to the unit; does nothing without an Idempotency-Key. The middleware keeps the answer by itself
/// where a handler has no unit.
inline void keep_answer(const Request& request, ports::Unit& unit, const Response& response) {
  if (request.idempotent_call) request.idempotent_call->keep(unit, response);
}

/// S19: the same key, method, path, Idempotency-Key and body get the same answer for 24 h. Thread safe.
class Idempotency {
 public:
  Idempotency(ports::Store& store, const vault::KeyRing& keys, const ports::Clock& clock) : store_(store), keys_(keys), clock_(clock) {}

  /// Runs `handler` once. kIdempotencyConflict: another body, still running (Retry-After), or an answer that held a secret.
  ports::Task<Response> run(Request& request, const std::function<ports::Task<Response>(Request&)>& handler);

 private:
  ports::Store& store_;
  const vault::KeyRing& keys_;
  const ports::Clock& clock_;
  std::mutex mutex_;
  std::unordered_set<std::string> running_;
};

}  // namespace valetkey::http
