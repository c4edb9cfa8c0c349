#include "http/idempotency.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "http/caller.hpp"
#include "http/problem.hpp"
#include "model/digest.hpp"
#include "model/encoding.hpp"
#include "model/json_reader.hpp"
#include "model/secret.hpp"

namespace valetkey::http {
namespace {

namespace json = boost::json;
using model::Code;
using model::Kind;

constexpr model::Seconds kKeptFor{24 * 60 * 60};
constexpr std::size_t kLongestKey = 255;
constexpr std::array<std::string_view, 3> kKeptHeaders{"Content-Type", "Location", "ETag"};

bool is_idempotency_key(std::string_view text) {
  return !text.empty() && text.size() <= kLongestKey && std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f; });
}

std::string document_of(const Response& response, const std::string& body_digest) {
  json::object document{{"body_digest", body_digest}, {"status", response.status}, {"resource_id", response.resource_id}};
  if (response.holds_secret) {
    document["holds_secret"] = true;
    return json::serialize(document);
  }
  json::array headers;
  for (const auto name : kKeptHeaders)
    if (const auto* value = response.header(name)) headers.push_back(json::array{name, *value});
  document["headers"] = std::move(headers);
  document["body"] = response.body;
  return json::serialize(document);
}

model::Error conflict(std::string detail) { return {.code = Code::kIdempotencyConflict, .detail = std::move(detail)}; }

Response held_a_secret(const json::object& document, const Request& request) {
  const auto id = model::scalar_text(document.at("resource_id")).value_or(std::string());
  const auto error = conflict(fmt::format("the first request with this Idempotency-Key made {}; its answer held a secret and was not kept",
                                          id.empty() ? "its change" : id));
  auto response = problem_response(error, request);
  auto problem = problem_document(error, request.request_id);
  problem["resource_id"] = id;
  response.body = json::serialize(problem);
  return response;
}

Response replayed(const json::object& document) {
  Response response{.status = static_cast<int>(document.at("status").as_int64()), .body = std::string(document.at("body").as_string())};
  for (const auto& header : document.at("headers").as_array())
    response.set(header.at(0).as_string(), std::string(header.at(1).as_string()));
  response.set("Idempotency-Replayed", "true");
  return response;
}

/// The answer of an earlier request; throws on a document that was not written here.
Response answer_again(const model::Row& row, const Request& request, const std::string& digest) {
  const auto document = json::parse(row.doc).as_object();
  if (!model::Secret::equals(document.at("body_digest").as_string(), digest))
    return problem_response(conflict("this Idempotency-Key was used with another body: use a new one"), request);
  return document.contains("holds_secret") ? held_a_secret(document, request) : replayed(document);
}

}  // namespace

void IdempotentCall::keep(ports::Unit& unit, const Response& response) {
  if (is_kept_) return;
  is_kept_ = true;
  if (row_.revision > 0) unit.preconditions.emplace_back(ports::Expect{Kind::kIdempotency, row_.id, "revision", row_.revision});
  else unit.preconditions.emplace_back(ports::ExpectAbsent{Kind::kIdempotency, row_.id});
  auto row = row_;
  row.doc = document_of(response, body_digest_);
  unit.writes.emplace_back(ports::Put{std::move(row)});
}

ports::Task<Response> Idempotency::run(Request& request, const Handler& handler) {
  const auto key = request.header("idempotency-key");
  if (!key || !request.caller) co_return co_await handler(request);
  if (!is_idempotency_key(*key))
    co_return problem_response({.code = Code::kMalformedRequest, .detail = "Idempotency-Key must be 1 to 255 visible ASCII characters"},
                               request);
  const auto id =
      model::to_hex(keys_.mac("idempotency", model::length_prefixed({request.caller->key.str(), request.method, request.path, *key})));
  {
    const std::lock_guard lock(mutex_);
    if (!running_.insert(id).second) {
      auto error = conflict("the first request with this Idempotency-Key is still running: repeat it later");
      error.retry_after = model::Seconds{1};
      co_return problem_response(error, request);
    }
  }
  struct Release {
    Idempotency& all;
    const std::string& id;
    ~Release() {
      const std::lock_guard lock(all.mutex_);
      all.running_.erase(id);
    }
  } const release{*this, id};
  co_return co_await run_claimed(request, handler, id);
}

ports::Task<Response> Idempotency::run_claimed(Request& request, const Handler& handler, std::string id) {
  const auto digest = model::to_hex(keys_.mac("idempotency-body", request.body));
  std::int64_t expired_revision = 0;
  auto kept = co_await kept_answer(request, id, digest, expired_revision);
  if (!kept) co_return problem_response(kept.error(), request);
  if (*kept) co_return std::move(**kept);

  model::Row row{.kind = Kind::kIdempotency,
                 .tenant = request.caller->tenant.str(),
                 .id = id,
                 .revision = expired_revision,
                 .columns = {model::to_unix_ms(clock_.wall_now() + kKeptFor)}};
  request.idempotent_call = std::make_shared<IdempotentCall>(std::move(row), digest);
  auto response = co_await handler(request);
  if (response.status < 300 && !request.idempotent_call->is_kept()) {
    // The handler has no unit of its own. A lost record means that a repeat runs again, as without a key.
    ports::Unit unit;
    request.idempotent_call->keep(unit, response);
    (void)co_await store_.apply(std::move(unit));
  } else if (response.status >= 300 && request.idempotent_call->is_kept()) {
    // The unit may have failed because another node was faster with the same key.
    if (auto other = co_await kept_answer(request, id, digest, expired_revision); other && *other) co_return std::move(**other);
  }
  co_return response;
}

ports::Answer<std::optional<Response>> Idempotency::kept_answer(const Request& request, std::string id, std::string digest,
                                                                std::int64_t& expired_revision) {
  auto row = co_await store_.get(Kind::kIdempotency, std::move(id));
  if (!row) co_return model::fail(std::move(row.error()));
  if (!*row) co_return std::nullopt;
  if (std::get<std::int64_t>((*row)->columns.at(0)) <= model::to_unix_ms(clock_.wall_now())) {
    expired_revision = (*row)->revision;
    co_return std::nullopt;
  }
  co_return answer_again(**row, request, digest);
}

}  // namespace valetkey::http
