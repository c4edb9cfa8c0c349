#include "cli/visit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>

#include "model/form.hpp"

namespace valetkey::cli {
namespace {

namespace http = boost::beast::http;

/// Text for a page; titles and texts may hold what a provider wrote.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '<') out += "&lt;";
    else if (c == '&') out += "&amp;";
    else out += c;
  }
  return out;
}

}  // namespace

std::optional<std::vector<std::pair<std::string, std::string>>> visit_of(std::string_view head, const Expected& expected) {
  http::request_parser<http::empty_body> parser;
  boost::beast::error_code wrong;
  parser.put(boost::asio::const_buffer(head.data(), head.size()), wrong);
  if (!parser.is_header_done()) return std::nullopt;
  const auto& request = parser.get();
  if (request.method() != http::verb::get || request[http::field::host] != expected.host) return std::nullopt;
  const std::string_view target(request.target().data(), request.target().size());
  const auto mark = target.find('?');
  if (mark == std::string_view::npos || target.substr(0, mark) != expected.path) return std::nullopt;
  auto query = model::parse_form(target.substr(mark + 1));
  if (!query) return std::nullopt;
  const auto session = model::single_value(*query, "session_id");
  if (!session || !*session || **session != expected.session) return std::nullopt;
  return std::move(*query);
}

std::string page_bytes(int status, std::string_view title, std::string_view text) {
  const auto body = fmt::format(
      "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>{0}</title>"
      "<h1>{0}</h1><p>{1}</p></html>\n",
      escaped(title), escaped(text));
  return fmt::format(
      "HTTP/1.1 {} {}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\nConnection: close\r\nCache-Control: no-store\r\n"
      "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\nReferrer-Policy: no-referrer\r\n"
      "X-Content-Type-Options: nosniff\r\n\r\n{}",
      status, status == 200 ? "OK" : "Not Found", body.size(), body);
}

}  // namespace valetkey::cli
