#pragma once
#include <memory>
#include <mutex>
#include <string>
#include <unordered_set>

#include "http/request.hpp"
#include "http/response.hpp"
#include "http/router.hpp"
#include "ports/clock.hpp"
#include "vault/key_ring.hpp"

namespace valetkey::http {

/// One request with an Idempotency-Key, from before its handler until its answer is made.
class IdempotentCall {
 public:
  IdempotentCall(model::Row row, std::string body_digest) : row_(std::move(row)), body_digest_(std::move(body_digest)) {}

  /// Adds the record of `response` to the unit that holds the effect, so that both are there or neither. Once.
  void keep(ports::Unit& unit, const Response& response);
  [[nodiscard]] bool is_kept() const { return is_kept_; }

 private:
  model::Row row_;  // revision: of an expired record that is replaced; 0: none
  std::string body_digest_;
  bool is_kept_ = false;
};

/// What a handler calls before it applies its unit; does nothing without an Idempotency-Key. A successful answer of a handler that did
/// not is kept by itself afterwards.
inline void keep_answer(const Request& request, ports::Unit& unit, const Response& response) {
  if (request.idempotent_call) request.idempotent_call->keep(unit, response);
}

/// S19: the same API key, method, path, Idempotency-Key and body get the same answer for 24 h, marked `Idempotency-Replayed: true`.
/// Answers other than 2xx are not kept: the call may be made again. Thread safe.
class Idempotency {
 public:
  Idempotency(ports::Store& store, const vault::KeyRing& keys, const ports::Clock& clock) : store_(store), keys_(keys), clock_(clock) {}

  /// Runs `handler` at most once. kIdempotencyConflict: another body, still running (Retry-After), or an answer that held a secret.
  ports::Task<Response> run(Request& request, const Handler& handler);

 private:
  ports::Task<Response> run_claimed(Request& request, const Handler& handler, std::string id);
  ports::Answer<std::optional<Response>> kept_answer(const Request& request, std::string id, std::string digest,
                                                     std::int64_t& expired_revision);

  ports::Store& store_;
  const vault::KeyRing& keys_;
  const ports::Clock& clock_;
  std::mutex mutex_;
  std::unordered_set<std::string> running_;
};

}  // namespace valetkey::http
