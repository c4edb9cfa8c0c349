#include "http/server/response_writer.hpp"

#include <fmt/format.h>

#include <array>

#include "http/problem.hpp"
#include "http/text.hpp"

namespace valetkey::http::server {
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
  for (const std::string_view ours : {"content-length", "transfer-encoding", "connection", "keep-alive", "date", "x-request-id"})
    if (equals_ignoring_case(name, ours)) return true;
  return false;
}

bool is_writable(const Response& response) {
  if (response.status < 200 || response.status > 599) return false;
  for (const auto& [name, value] : response.headers)
    if (!is_token(name) || !is_header_value(value) || is_ours(name)) return false;
  return true;
}

void append_header(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ").append(value).append("\r\n");
}

}  // namespace

void append_response(std::string& out, const Response& response, const Framing& framing) {
  if (!is_writable(response)) {
    const model::Error error{.code = model::Code::kInternal, .detail = "write the answer: a header would break it"};
    return append_response(out, problem_response(error, framing.request_id), framing);
  }
  const bool has_body = response.status != 204 && response.status != 304;
  out.reserve(out.size() + 512 + response.body.size());
  out.append("HTTP/1.1 ").append(fmt::format_int(response.status).c_str()).append(" ").append(reason_of(response.status)).append("\r\n");
  append_header(out, "Date", framing.date);
  append_header(out, "X-Request-Id", framing.request_id);
  append_header(out, "X-Content-Type-Options", "nosniff");
  for (const auto& [name, value] : response.headers) append_header(out, name, value);
  if (response.header("Referrer-Policy") == nullptr) append_header(out, "Referrer-Policy", "no-referrer");
  if (response.header("Cache-Control") == nullptr) append_header(out, "Cache-Control", "no-store");
  append_header(out, "Connection", framing.keep_alive ? "keep-alive" : "close");
  if (has_body) append_header(out, "Content-Length", fmt::format_int(response.body.size()).c_str());
  out.append("\r\n");
  if (has_body && !framing.is_head) out.append(response.body);
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

}  // namespace valetkey::http::server
