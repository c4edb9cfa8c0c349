#include "http/server/response_writer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "http/problem.hpp"
#include "model/http_text.hpp"

namespace valetkey::http::server {

using model::equals_ignoring_case;
using model::is_header_value;
using model::is_token;

namespace {

std::string_view reason_of(int status) {
  switch (status) {
    case 200: return "OK";
    case 201: return "Created";
    case 202: return "Accepted";
    case 204: return "No Content";
    case 302: return "Found";
    case 303: return "See Other";
    case 304: return "Not Modified";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 408: return "Request Timeout";
    case 409: return "Conflict";
    case 412: return "Precondition Failed";
    case 413: return "Content Too Large";
    case 417: return "Expectation Failed";
    case 421: return "Misdirected Request";
    case 422: return "Unprocessable Content";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 502: return "Bad Gateway";
    case 503: return "Service Unavailable";
    case 504: return "Gateway Timeout";
    default: return "";
  }
}

/// Set here and nowhere else.
bool is_ours(std::string_view name) {
  for (const std::string_view ours : {"content-length", "transfer-encoding", "connection", "keep-alive", "x-request-id"})
    if (equals_ignoring_case(name, ours)) return true;
  return false;
}

bool is_writable(int status, const Pairs& headers) {
  if (status < 200 || status > 599) return false;
  for (const auto& [name, value] : headers)
    if (!is_token(name) || !is_header_value(value)) return false;
  return true;
}

bool holds(const Pairs& headers, std::string_view name) {
  for (const auto& [key, value] : headers)
    if (equals_ignoring_case(key, name)) return true;
  return false;
}

void append_header(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ").append(value).append("\r\n");
}

/// What every answer carries and may say in its own way.
void append_unless_said(std::string& out, const Pairs& headers, std::string_view name, std::string_view value) {
  if (!holds(headers, name)) append_header(out, name, value);
}

void append_length(std::string& out, const BodyLength& length) {
  if (length.size) append_header(out, "Content-Length", fmt::format_int(*length.size).c_str());
  else if (length.is_chunked) append_header(out, "Transfer-Encoding", "chunked");
}

}  // namespace

bool append_head(std::string& out, int status, const Pairs& headers, const Framing& framing, const BodyLength& length) {
  if (!is_writable(status, headers)) return false;
  out.append("HTTP/1.1 ").append(fmt::format_int(status).c_str()).append(" ").append(reason_of(status)).append("\r\n");
  append_unless_said(out, headers, "Date", framing.date);
  append_header(out, "X-Request-Id", framing.request_id);
  for (const auto& [name, value] : headers)
    if (!is_ours(name)) append_header(out, name, value);
  append_unless_said(out, headers, "X-Content-Type-Options", "nosniff");
  append_unless_said(out, headers, "Referrer-Policy", "no-referrer");
  append_unless_said(out, headers, "Cache-Control", "no-store");
  append_header(out, "Connection", framing.keep_alive ? "keep-alive" : "close");
  if (may_have_body(status)) append_length(out, length);
  out.append("\r\n");
  return true;
}

void append_response(std::string& out, const Response& response, const Framing& framing) {
  out.reserve(out.size() + 512 + response.body.size());
  const bool sets_ours = std::ranges::any_of(response.headers, [](const auto& header) { return is_ours(header.first); });
  if (sets_ours || !append_head(out, response.status, response.headers, framing, {.size = response.body.size()})) {
    const model::Error error{.code = model::Code::kInternal, .detail = "write the answer: a header would break it"};
    return append_response(out, problem_response(error, framing.request_id), framing);
  }
  if (may_have_body(response.status) && !framing.is_head) out.append(response.body);
}

std::string http_date(model::WallTime time) {
  constexpr std::array kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{std::chrono::floor<std::chrono::seconds>(time - day)};
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT", kDays[std::chrono::weekday{day}.c_encoding()],
                     static_cast<unsigned>(date.day()), kMonths[static_cast<unsigned>(date.month()) - 1], static_cast<int>(date.year()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count());
}

std::string_view date_of(model::WallTime now) {
  thread_local model::WallTime second{};
  thread_local std::string text;
  if (const auto floored = std::chrono::floor<model::Seconds>(now); text.empty() || floored != second) {
    second = floored;
    text = http_date(now);
  }
  return text;
}

}  // namespace valetkey::http::server
