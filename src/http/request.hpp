#pragma once
#include <boost/json/object.hpp>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/error.hpp"
#include "model/form.hpp"

namespace valetkey::http {

struct Caller;
struct Route;
class Exchange;
class IdempotentCall;

using model::Pairs;

enum class Listener { kPublic, kInternal };

/// One request as it arrived, and what the chain before the handler found out about it. Lives until the answer is made.
struct Request {
  std::string method;
  std::string target;      ///< raw
  std::string path;        ///< raw: percent escapes and dot segments as sent
  std::string query_text;  ///< raw, without the question mark
  Pairs query;             ///< decoded, in order, repetitions kept
  Pairs headers;           ///< lower-case names, trimmed values, in order
  std::string body;
  std::string peer;        ///< address of the client, behind trusted proxies too; no port
  bool is_tls = false;     ///< as the client sees it
  std::string request_id;  ///< also the error_id of its answer
  Listener listener = Listener::kPublic;

  const Route* route = nullptr;  ///< set by the first match (http/router.hpp), so that there is no second one
  std::vector<std::pair<std::string_view, std::string>> parameters;  ///< of the path, decoded once; of `{name...}` raw
  Exchange* exchange = nullptr;  ///< where the route streams: then `body` and `query` are empty
  std::shared_ptr<const Caller> caller;                              ///< null where the route needs no key
  std::shared_ptr<IdempotentCall> idempotent_call;                   ///< null without Idempotency-Key (http/idempotency.hpp)

  /// First value by lower-case name; nullopt: absent.
  [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const;
  /// First value of a query parameter.
  [[nodiscard]] std::optional<std::string_view> query_value(std::string_view name) const;
  /// Of the route's template; naming one that it does not have is a bug (throws).
  [[nodiscard]] const std::string& parameter(std::string_view name) const;
};

/// The body as one JSON object; kMalformedRequest when it is none or not sent as application/json. An empty body without a
/// Content-Type reads as {}.
model::Result<boost::json::object> json_object(const Request& request);
/// The body of an HTML form (application/x-www-form-urlencoded).
model::Result<Pairs> form_pairs(const Request& request);

}  // namespace valetkey::http
