#pragma once
#include <boost/json/value.hpp>
#include <string>
#include <string_view>

#include "model/error.hpp"
#include "model/form.hpp"

namespace valetkey::http {

using model::Pairs;

/// One buffered answer. The server adds Content-Length, Date, X-Request-Id, `nosniff`, `Referrer-Policy: no-referrer` and, unless
/// the handler set its own, `Cache-Control: no-store`.
struct Response {
  int status = 200;
  Pairs headers;     ///< a value with a control byte is refused by the server (500)
  std::string body;

  bool is_streamed = false;   ///< it was begun on Request::exchange; only `status` and what is for the log counts
  bool is_cut = false;        ///< a streamed body is not whole: the caller must see it broken

  bool holds_secret = false;  ///< the body must not be kept for a repeat with the same Idempotency-Key (S19)
  std::string resource_id;    ///< what was made; told to such a repeat

  std::string code;           ///< of a problem; for the log
  std::string detail;         ///< the same
  model::LogOnly log;         ///< the same; never sent

  void set(std::string_view name, std::string value);
  /// First value by name, any case; null: absent.
  [[nodiscard]] const std::string* header(std::string_view name) const;
};

Response json_response(int status, const boost::json::value& value);
Response text_response(int status, std::string text);
/// `policy` is the Content-Security-Policy of the page; the server adds `frame-ancestors 'none'; base-uri 'none'` where missing.
Response html_response(int status, std::string page, std::string policy);
/// 303, so that a POST is never repeated at the target (checklist 28).
Response redirect_303(std::string location);
Response no_content();

}  // namespace valetkey::http
